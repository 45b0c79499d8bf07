-- Note where hubs reach us: what they promised to push elsewhere does not come, and they are to be told.
-- uses: clock, pushing
-- KEYS: `meta`, `pushed`, `pushes`, `push:{id}`, `feed:{id}`, `schedule`, `looking`, spelled here.
-- ARGV: 1 now · 2 PUBLIC_URL, or ''
-- Result: how many feeds that concerns.
local SPREAD_MS = 600000
if (redis.call('HGET', 'meta', 'reached') or '') == ARGV[2] then return 0 end
redis.call('HSET', 'meta', 'reached', ARGV[2])
local now = clock()
local trusted = redis.call('ZRANGE', 'pushed', 0, -1)
for place, feed in ipairs(trusted) do distrust(feed, now + math.floor(SPREAD_MS * place / #trusted)) end
if ARGV[2] ~= '' then
  -- A hub that could not call us back, or would not, may do so there.
  for _, feed in ipairs(redis.call('ZRANGE', 'pushes', 0, -1)) do
    redis.call('HDEL', 'push:' .. feed, 'failures')
    redis.call('ZADD', 'pushes', 'LT', now, feed)
  end
end
return #trusted
