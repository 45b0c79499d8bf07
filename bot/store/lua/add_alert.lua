-- Add an alert rule to a chat.
-- KEYS: `chat:{id}:alerts`, spelled here.
-- ARGV: 1 now · 2 chat · 3 alert (JSON)
-- Result: its number, never used before in this chat.
local key = 'chat:' .. ARGV[2] .. ':alerts'
local number = redis.call('HINCRBY', key, 'next', 1)
redis.call('HSET', key, number, ARGV[3])
return number
