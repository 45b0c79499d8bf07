-- Note where hubs reach us: what they promised to push elsewhere does not come, and they are to be told.
-- uses: clock, pushing
-- KEYS: `meta`, `pushed`, `pushes`, `feed:{id}`, `schedule`, spelled here.
-- ARGV: 1 now · 2 PUBLIC_URL, or ''
-- Result: how many feeds that concerns.
if (redis.call('HGET', 'meta', 'reached') or '') == ARGV[2] then return 0 end
redis.call('HSET', 'meta', 'reached', ARGV[2])
local now = clock()
local feeds = redis.call('ZRANGE', 'pushed', 0, -1)
for _, feed in ipairs(feeds) do
  distrust(feed)
  if redis.call('ZSCORE', 'pushes', feed) then redis.call('ZADD', 'pushes', now, feed) end
end
return #feeds
