-- Note where hubs reach us: what they promised to push elsewhere does not come, and they are to be told.
-- uses: clock, pushing
-- KEYS: `meta`, `pushed`, `pushes`, `push:{id}`, `feed:{id}`, `schedule`, `looking`, spelled here.
-- ARGV: 1 now · 2 PUBLIC_URL, or '' · 3 how long nobody must have said that hubs reach him where they did (ms), 0 to believe the newest
--   4 after how long without anybody pushes may have been missed (ms)
-- Result: how many feeds are pushed to elsewhere.
local SPREAD_MS = 600000
local url, now = ARGV[2], clock()
local told = redis.call('HMGET', 'meta', 'reached', 'reached_ms')
local was, silent = told[1] or '', now - tonumber(told[2] or 0)
if url ~= was and was ~= '' and silent < tonumber(ARGV[3]) then return 0 end
if url == '' and was == '' then return 0 end
redis.call('HSET', 'meta', 'reached', url, 'reached_ms', string.format('%.0f', now))
if url == was and silent < tonumber(ARGV[4]) then return 0 end
local trusted = redis.call('ZRANGE', 'pushed', 0, -1)
for place, feed in ipairs(trusted) do
  local at = now + math.floor(SPREAD_MS * place / #trusted)
  if url == was then look_by(feed, at) else distrust(feed, at) end
end
if url == was then return 0 end
if url ~= '' then
  -- A hub that could not call us back, or would not, may do so there.
  for _, feed in ipairs(redis.call('ZRANGE', 'pushes', 0, -1)) do
    redis.call('HDEL', 'push:' .. feed, 'failures')
    redis.call('ZADD', 'pushes', 'LT', now, feed)
  end
end
return #trusted
