-- Save how a chat hears a feed, if it still does.
-- KEYS: `feed:{id}:chats`, spelled here.
-- ARGV: 1 now · 2 chat · 3 feed · 4 subscription (JSON)
-- Result: 1, or 0 if it has ended.
local key = 'feed:' .. ARGV[3] .. ':chats'
if redis.call('HEXISTS', key, ARGV[2]) == 0 then return 0 end
redis.call('HSET', key, ARGV[2], ARGV[4])
return 1
