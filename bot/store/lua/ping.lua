-- A hub has pushed something: the feed is looked at soon, unless what came is taken in before (`taken`).
-- uses: clock
-- KEYS: `push:{id}`, `feed:{id}:chats`, `schedule`, spelled here.
-- ARGV: 1 now · 2 feed · 3 how soon (ms)
-- Result: 1, or 0 if nobody hears the feed.
local feed = ARGV[2]
local key = 'push:' .. feed
if redis.call('EXISTS', 'feed:' .. feed .. ':chats') == 0 or redis.call('EXISTS', key) == 0 then return 0 end
redis.call('HDEL', key, 'missed')
local at, due = clock() + ARGV[3], tonumber(redis.call('ZSCORE', 'schedule', feed) or 0)
if due > 0 and due <= at then return 1 end
if tonumber(redis.call('HGET', key, 'net_ms') or 0) ~= due then
  redis.call('HSET', key, 'was_ms', string.format('%.0f', due))
end
redis.call('HSET', key, 'net_ms', string.format('%.0f', at))
redis.call('ZADD', 'schedule', at, feed)
return 1
