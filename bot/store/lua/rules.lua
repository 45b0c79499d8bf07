-- Shared: whose alert rules have changed, so that whoever matches them reads those anew. Uses clock.
-- KEYS: `meta`, `rules`, spelled here. ARGV: none of its own.
-- Result: functions only.
-- A version is a time, so that what comes after a loss of the latest changes is not taken for one of those.
local function rules_changed(chat)
  local version = math.max(clock(), (tonumber(redis.call('HGET', 'meta', 'rules')) or 0) + 1)
  redis.call('HSET', 'meta', 'rules', version)
  redis.call('ZADD', 'rules', version, chat)
end
