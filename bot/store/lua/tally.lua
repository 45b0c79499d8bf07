-- Shared: what a day came to, for whoever asks how things stand.
-- KEYS: `tally:{day}`, spelled here. ARGV: none of its own.
-- Result: functions only.
local TALLY_KEPT_MS = 8 * 86400000

local function tally(now, what)
  local key = 'tally:' .. math.floor(now / 86400000)
  redis.call('HINCRBY', key, what, 1)
  redis.call('PEXPIRE', key, TALLY_KEPT_MS)
end
