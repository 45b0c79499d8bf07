-- Save what we know of a chat, and by which name it is found.
-- KEYS: `chats`, `chat:{id}`, `usernames`, `owned:{user}`, spelled here.
-- ARGV: 1 now · 2 chat · 3 name in lower case or '' · 4… fields: name, value …
-- Result: 1.
local chat, name = ARGV[2], ARGV[3]
local key = 'chat:' .. chat
local before = string.lower(redis.call('HGET', key, 'username') or '')
if before ~= '' and before ~= name and redis.call('HGET', 'usernames', before) == chat then
  redis.call('HDEL', 'usernames', before)
end
if name ~= '' then redis.call('HSET', 'usernames', name, chat) end
redis.call('SADD', 'chats', chat)
redis.call('HSET', key, unpack(ARGV, 4))
local owner = redis.call('HGET', key, 'owner') or ''
if owner ~= '' then redis.call('SADD', 'owned:' .. owner, chat) end
return 1
