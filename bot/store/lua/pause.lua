-- Send nothing to a chat until it is resumed.
-- KEYS: `chats`, `chat:{id}`, `ready`, spelled here.
-- ARGV: 1 now · 2 chat · 3 why
-- Result: 1.
redis.call('SADD', 'chats', ARGV[2])
redis.call('HSET', 'chat:' .. ARGV[2], 'paused', ARGV[3])
redis.call('ZREM', 'ready', ARGV[2])
return 1
