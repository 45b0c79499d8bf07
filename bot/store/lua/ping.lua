-- A hub has pushed something: the feed is looked at soon, unless what came is taken in before.
-- uses: clock
-- KEYS: `push:{id}`, `feed:{id}:chats`, `schedule`, spelled here.
-- ARGV: 1 now · 2 feed · 3 how soon (ms)
-- Result: 1, or 0 if nobody hears the feed.
local feed = ARGV[2]
if redis.call('EXISTS', 'feed:' .. feed .. ':chats') == 0 then return 0 end
redis.call('HDEL', 'push:' .. feed, 'missed')
redis.call('ZADD', 'schedule', 'LT', clock() + ARGV[3], feed)
return 1
