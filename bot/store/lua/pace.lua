-- Shared: how often one chat may be written to, and messages in it edited.
-- KEYS: `budget`, `window`, `minute:{chat}`, `slow:{chat}`, `slow:bot`, spelled here. ARGV: none of its own.
-- PRIVATE_MS and SHARED_MS, the interval in a private chat and in a group or channel, and SHARED_MOST, how many
-- messages a minute of a group or channel holds (0: no matter), stand above (bot.store.door.Pace).
-- `budget` is kept by GCRA: 3 messages at once after a rest, then one in each interval. A group's minute comes on
-- top: what was sent at once at its beginning is missing at its end.
-- Result: functions only.
local MINUTE_MS = 60000
local LATE_MS = 16 -- see arrived()
local SLOWER, SLOWEST = 1.25, 2 -- a wait was asked for besides: what is refused now and then must not stand still
local SLOW_KEPT_MS = 86400000

local function is_shared(chat)
  return string.sub(chat, 1, 1) == '-'
end

-- How many times slower than Telegram's rule a chat, or 'bot', is written to since Telegram refused us there.
local function slowness(who)
  return tonumber(redis.call('GET', 'slow:' .. who) or 1)
end

local function slow_down(who)
  redis.call('SET', 'slow:' .. who, math.min(SLOWEST, slowness(who) * SLOWER), 'PX', SLOW_KEPT_MS)
end

-- Each message that Telegram takes brings the pace back by `part`.
local function recover(who, part)
  local now = redis.call('GET', 'slow:' .. who)
  if not now then return end
  local slow = now * (1 - part)
  if slow <= 1.05 then
    redis.call('DEL', 'slow:' .. who)
  else
    redis.call('SET', 'slow:' .. who, slow, 'PX', SLOW_KEPT_MS)
  end
end

local function interval_ms(chat, slow)
  return math.ceil((is_shared(chat) and SHARED_MS or PRIVATE_MS) * slow)
end

-- How far ahead of its pace a chat may be: not at all where Telegram has refused us lately.
local function leeway_ms(chat, slow)
  return slow > 1 and 0 or 2 * interval_ms(chat, slow)
end

local function at_of(member)
  return tonumber(redis.call('ZSCORE', 'budget', member) or 0)
end

-- When a minute of the chat has room for `cost` more messages beside `taken` that are on their way.
local function minute_free_at(chat, cost, taken)
  if SHARED_MOST == 0 or not is_shared(chat) then return 0 end
  local room = math.max(1, math.floor(SHARED_MOST / slowness(chat))) - cost
  local place = -math.max(taken, room) - 1
  local first = redis.call('ZRANGE', 'minute:' .. chat, place, place, 'WITHSCORES')
  return first[2] and first[2] + MINUTE_MS or 0
end

-- When the chat may hear `cost` more messages; in the past for now.
local function allowed_at(chat, cost)
  local at = math.max(at_of(chat) - leeway_ms(chat, slowness(chat)), at_of('h' .. chat))
  return math.max(at, minute_free_at(chat, cost or 1, 0))
end

-- The same where the chat's turn has come, and been paid for with one message.
local function allowed_beside_at(chat, cost)
  return math.max(at_of('h' .. chat), minute_free_at(chat, cost, 1))
end

-- Between edits. No minute is counted for them: a longer interval keeps each from holding too many.
local function edit_interval_ms(chat)
  return math.ceil(interval_ms(chat, slowness(chat)) * (is_shared(chat) and 67 / 60 or 1))
end

-- When a message in the chat may be edited: a budget of its own, but for what Telegram has forbidden.
local function edit_allowed_at(chat)
  local leeway = slowness(chat) > 1 and 0 or 2 * edit_interval_ms(chat)
  return math.max(at_of('e' .. chat) - leeway, at_of('h' .. chat))
end

local function advance(member, at, ms)
  redis.call('ZADD', 'budget', math.max(at_of(member), at) + ms, member)
end

-- Take `cost` messages of the chat's and the bot's budget at a time; `name` was never used before.
local function spend(chat, at, cost, name)
  advance(chat, at, cost * interval_ms(chat, slowness(chat)))
  for one = 1, cost do
    local what = one == 1 and name or name .. '+' .. one
    redis.call('ZADD', 'window', at, what)
    if SHARED_MOST > 0 and is_shared(chat) then
      local minute = 'minute:' .. chat
      redis.call('ZADD', minute, at, what)
      redis.call('ZREMRANGEBYRANK', minute, 0, -SHARED_MOST - 1)
      redis.call('PEXPIRE', minute, 2 * MINUTE_MS)
    end
  end
  redis.call('PEXPIRE', 'window', 3600000)
end

-- The same for an edit.
local function spend_edit(chat, at, name)
  advance('e' .. chat, at, edit_interval_ms(chat))
  redis.call('ZADD', 'window', at, name)
  redis.call('PEXPIRE', 'window', 3600000)
end

-- A message reached Telegram at some time between the beginning of its call, `age_ms` ago (nil: at its claim), and now.
-- It counts from the later, so that no way there, however long or short, brings more into a second of Telegram's than
-- it allows. Beyond LATE_MS (1.6 % of the rate) the wait was for the answer: Telegram has long counted it.
local function arrived(chat, name, now, age_ms)
  local handed = redis.call('ZSCORE', 'window', name)
  if not handed then return end
  local began = age_ms and now - age_ms or handed
  local at = math.max(handed, math.min(now, began + LATE_MS))
  redis.call('ZADD', 'window', 'XX', at, name)
  if is_shared(chat) then redis.call('ZADD', 'minute:' .. chat, 'XX', at, name) end
end

-- Give back what a claim took that came to nothing: no call was made for it.
local function uncharge(chat, token)
  redis.call('ZREM', 'window', token)
  redis.call('ZREM', 'minute:' .. chat, token)
  if redis.call('ZSCORE', 'budget', chat) then
    redis.call('ZINCRBY', 'budget', -interval_ms(chat, slowness(chat)), chat)
  end
end

-- Send nothing to the chat, or with '' to anybody, before `till`.
local function hold(chat, till)
  redis.call('ZADD', 'budget', 'GT', till, chat == '' and 'bot' or 'h' .. chat)
end

-- How many messages a window of the bot's holds.
local function most_of(messages)
  return math.max(1, math.floor(messages / slowness('bot')))
end
