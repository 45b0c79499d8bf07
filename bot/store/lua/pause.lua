-- Send nothing to a chat until it is resumed.
-- uses: clock
-- KEYS: `chats`, `chat:{id}`, `ready`, `lost`, spelled here.
-- ARGV: 1 now · 2 chat · 3 why · 4 Telegram lets us write there no more (1/0)
-- Result: 1, or 0 if it was paused already.
local chat = ARGV[2]
local before = redis.call('HGET', 'chat:' .. chat, 'paused')
redis.call('SADD', 'chats', chat)
redis.call('HSET', 'chat:' .. chat, 'paused', ARGV[3])
redis.call('ZREM', 'ready', chat)
if ARGV[4] == '1' then redis.call('ZADD', 'lost', 'NX', clock(), chat) end
return (before and before ~= '') and 0 or 1
