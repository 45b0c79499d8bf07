-- Let a chat that hears two feeds hear one of them alone; what waits from the other stays in its lane.
-- uses: clock, pushing, leaving
-- KEYS: `feed:{id}` and its five, `chat:{id}:feeds`, `schedule`, `push:{id}`, `pushes`, `pushed`, spelled here.
-- ARGV: 1 now · 2 chat · 3 feed to leave · 4 feed to hear · 5 how (JSON) · 6 lifetime of a feed that nobody hears (ms)
-- Result: 1, or 0 if it does not hear the one or the other.
local chat, old, new = ARGV[2], ARGV[3], ARGV[4]
local chats = 'feed:' .. new .. ':chats'
if old == new or redis.call('HEXISTS', chats, chat) == 0 then return 0 end
if redis.call('HEXISTS', 'feed:' .. old .. ':chats', chat) == 0 then return 0 end
redis.call('HSET', chats, chat, ARGV[5])
return leave(chat, old, ARGV[6])
