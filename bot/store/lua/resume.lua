-- Let a chat hear again; a message still in flight to it ends first.
-- uses: clock, tally, pace, turn
-- KEYS: `chat:{id}`, `lost`, `lease:{chat}`, `lane:{chat}`, `ready`, `budget`, spelled here.
-- ARGV: 1 now · 2 chat
-- Result: 1.
local now, chat = clock(), ARGV[2]
redis.call('HDEL', 'chat:' .. chat, 'paused')
redis.call('ZREM', 'lost', chat)
next_turn(chat, math.max(now, tonumber(redis.call('HGET', 'lease:' .. chat, 'till') or 0)))
return 1
