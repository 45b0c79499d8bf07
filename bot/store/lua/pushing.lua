-- Shared: what a feed wants of its hub, and until when the hub is trusted to push all that is new.
-- KEYS: `push:{id}`, `pushes`, `pushed`, `feed:{id}`, `schedule`, `looking`, spelled here. ARGV: none of its own.
-- Result: functions only.
local CHANGE_MS, ENDING_MS = 3600000, 86400000

local function look_by(feed, at)
  if not redis.call('ZSCORE', 'looking', feed) then redis.call('ZADD', 'schedule', 'XX', 'LT', at, feed) end
end

-- Whoever was trusted until now was polled seldom: the feed is looked at by `at` (ms) at the latest, if that is given.
local function distrust(feed, at)
  local was = redis.call('HDEL', 'feed:' .. feed, 'pushed_until_ms')
  redis.call('ZREM', 'pushed', feed)
  if at and was == 1 then look_by(feed, at) end
end

local function trust(now, feed)
  local told = redis.call('HMGET', 'push:' .. feed, 'until_ms', 'doubt_ms')
  local till, doubt = tonumber(told[1] or 0), tonumber(told[2] or 0)
  if till <= now or doubt > now or redis.call('EXISTS', 'feed:' .. feed) == 0 then return distrust(feed) end
  redis.call('HSET', 'feed:' .. feed, 'pushed_until_ms', string.format('%.0f', till))
  redis.call('ZADD', 'pushed', till, feed)
end

-- The feed names this hub: a new one is asked at once, but for a feed that names another at every look.
local function want_push(now, feed, hub, topic)
  local key = 'push:' .. feed
  local told = redis.call('HMGET', key, 'hub', 'topic', 'wanted', 'next_ms', 'born_ms', 'callback')
  if told[1] ~= hub or told[2] ~= topic then
    -- One that was not asked yet leaves its turn to the next, however often they change.
    local at = math.max(now, tonumber(told[5] or 0) + (told[6] and CHANGE_MS or 0))
    distrust(feed)
    redis.call('DEL', key)
    redis.call('HSET', key, 'hub', hub, 'topic', topic, 'wanted', '1', 'born_ms', string.format('%.0f', at))
    redis.call('ZADD', 'pushes', at, feed)
  elseif told[3] ~= '1' then
    redis.call('HSET', key, 'wanted', '1')
    redis.call('PERSIST', key)
    redis.call('ZADD', 'pushes', math.max(now, tonumber(told[4] or 0)), feed)
    trust(now, feed)
  end
end

-- The hub is not wanted any more; if it was ever asked, it is told so from `at` (ms) on.
local function unwant_push(feed, at)
  local key = 'push:' .. feed
  distrust(feed)
  if redis.call('HEXISTS', key, 'callback') == 1 then
    redis.call('HSET', key, 'wanted', '0')
    redis.call('PEXPIRE', key, ENDING_MS)
    redis.call('ZADD', 'pushes', at, feed)
  else
    redis.call('DEL', key)
    redis.call('ZREM', 'pushes', feed)
  end
end
