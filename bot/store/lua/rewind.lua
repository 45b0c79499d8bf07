-- Shared: a clock that was set back. All that lay ahead by the old time would wait for as long as it went back.
-- KEYS: `meta`, `ready`, `budget`, `edits`, `schedule`, `looking`, `resting`, `notices:due`, `window`, `chats`, `minute:{chat}`, `lease:{chat}`, spelled
--   here. ARGV: none of its own.
-- Result: functions only.
local BACK_MS = 5000 -- less is what a clock is corrected by all the time

-- Note the time; return by how much (ms) it went back since it was noted last, 0 if it did not.
local function rewind(now)
  local before = tonumber(redis.call('HGET', 'meta', 'clock_ms') or now)
  redis.call('HSET', 'meta', 'clock_ms', now)
  local back = before - now
  if back < BACK_MS then return 0 end
  for _, key in ipairs({'ready', 'budget', 'edits', 'schedule', 'looking', 'resting', 'notices:due'}) do
    local ahead = redis.call('ZRANGEBYSCORE', key, '(' .. now, '+inf', 'WITHSCORES')
    for at = 1, #ahead, 2 do redis.call('ZADD', key, math.max(now, ahead[at + 1] - back), ahead[at]) end
  end
  redis.call('DEL', 'window')
  for _, chat in ipairs(redis.call('SMEMBERS', 'chats')) do
    redis.call('DEL', 'minute:' .. chat)
    local till = redis.pcall('HGET', 'lease:' .. chat, 'till') -- pcall: it may hold what is not ours
    if type(till) == 'string' and tonumber(till) > now then
      redis.call('HSET', 'lease:' .. chat, 'till', math.max(now, till - back))
    end
  end
  return back
end
