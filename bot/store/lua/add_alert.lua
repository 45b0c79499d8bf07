-- Add an alert rule to a chat.
-- uses: clock, rules
-- KEYS: `chat:{id}:alerts`, `chats`, `meta`, `rules`, spelled here.
-- ARGV: 1 now · 2 chat · 3 alert (JSON)
-- Result: its number, never used before in this chat.
local key = 'chat:' .. ARGV[2] .. ':alerts'
local number = redis.call('HINCRBY', key, 'next', 1)
redis.call('HSET', key, number, ARGV[3])
redis.call('SADD', 'chats', ARGV[2])
rules_changed(ARGV[2])
return number
