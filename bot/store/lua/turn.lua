-- Shared: whose turn it is. Uses clock and pace.
-- KEYS: `ready`, `lane:{chat}` and its two, `lease:{chat}`, `chat:{id}`, `parked:{chat}`, `moved`, spelled here.
-- ARGV: none of its own.
-- Result: functions only.
-- The number that a chat goes by now: whoever read its subscriptions before a migration still says the old one.
local function present(chat)
  return redis.call('HGET', 'moved', chat) or chat
end

local function is_paused(chat)
  local why = redis.call('HGET', 'chat:' .. chat, 'paused')
  return why and why ~= ''
end

-- Put the chat where it belongs among the ready ones, now that nothing is in flight to it.
local function next_turn(chat, now)
  if is_paused(chat) or redis.call('EXISTS', 'lane:' .. chat) == 0 then
    redis.call('ZREM', 'ready', chat)
  else
    redis.call('ZADD', 'ready', math.max(now, allowed_at(chat)), chat)
  end
end

local function take_from_lane(chat, item)
  redis.call('ZREM', 'lane:' .. chat, item)
  redis.call('HDEL', 'lane:' .. chat .. ':notes', item)
  redis.call('HDEL', 'lane:' .. chat .. ':tries', item)
end

local function holds_lease(chat, token)
  return redis.call('HGET', 'lease:' .. chat, 'token') == token
end

local PARKED_KEPT = 1000

local function note_parked(chat, item, why, keep_ms)
  local parked = 'parked:' .. chat
  -- Whatever goes on being parked keeps them all alive, so some give way. Any may: the reasons are told, not
  -- needed, but for the few items that a router that died may bring again.
  if redis.call('HLEN', parked) >= PARKED_KEPT then
    redis.call('HDEL', parked, redis.call('HRANDFIELD', parked))
  end
  redis.call('HSET', parked, item, why)
  redis.call('PEXPIRE', parked, keep_ms)
end

local function note_sent(chat, item, message, kept, keep_ms)
  redis.call('ZADD', 'sent:' .. chat, message, item)
  redis.call('ZREMRANGEBYRANK', 'sent:' .. chat, 0, -kept - 1)
  redis.call('PEXPIRE', 'sent:' .. chat, keep_ms)
end
