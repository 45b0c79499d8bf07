-- Shared: the time that a script goes by, in epoch milliseconds.
-- KEYS: none. ARGV[1] of every script: now, or 0 to ask Redis' own clock.
-- Result: functions only.
local function clock()
  local now = tonumber(ARGV[1])
  if now == 0 then
    local time = redis.call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return now
end
