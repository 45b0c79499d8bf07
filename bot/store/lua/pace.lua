-- Shared: how often one chat may be written to (GCRA; `budget` holds theoretical arrival times).
-- KEYS: `budget`, `window`, spelled here. ARGV: none of its own.
-- PRIVATE_MS and SHARED_MS, the interval in a private chat and in a group or channel, stand above
-- (bot.store.outbox.Pace): 3 at once after a rest, then one in each interval.
-- Result: functions only.
local function interval_ms(chat)
  return string.sub(chat, 1, 1) == '-' and SHARED_MS or PRIVATE_MS
end

local function leeway_ms(chat)
  return 2 * interval_ms(chat)
end

-- When the chat may hear us next; in the past for now.
local function allowed_at(chat)
  local arrival = redis.call('ZSCORE', 'budget', chat)
  return arrival and tonumber(arrival) - leeway_ms(chat) or 0
end

local function charge(chat, at, cost)
  local arrival = tonumber(redis.call('ZSCORE', 'budget', chat) or 0)
  redis.call('ZADD', 'budget', math.max(arrival, at) + cost * interval_ms(chat), chat)
end

-- Give back what a claim took that came to nothing: no call was made for it.
local function uncharge(chat, token)
  redis.call('ZREM', 'window', token)
  if redis.call('ZSCORE', 'budget', chat) then redis.call('ZINCRBY', 'budget', -interval_ms(chat), chat) end
end

-- Send nothing to the chat, or with '' to anybody, before `till`.
local function hold(chat, till)
  if chat == '' then
    redis.call('ZADD', 'budget', 'GT', till, 'bot')
  else
    redis.call('ZADD', 'budget', 'GT', till + leeway_ms(chat), chat)
  end
end
