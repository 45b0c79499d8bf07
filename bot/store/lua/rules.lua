-- Shared: whose alert rules have changed, so that whoever matches them reads those anew.
-- KEYS: `meta`, `rules`, spelled here. ARGV: none of its own.
-- Result: functions only.
local function rules_changed(chat)
  redis.call('ZADD', 'rules', redis.call('HINCRBY', 'meta', 'rules', 1), chat)
end
