-- Put an item into the lanes of many chats, once in each, with the alerts that it fires there.
-- uses: clock, tally, pace, turn
-- KEYS: `chats`, `lane:{chat}` and its three, `sent:{chat}`, `parked:{chat}`, `troubles`, `chat:{id}`, `ready`, `moved`, `tally:{day}`,
--   `cooling:{chat}`, `fired:{chat}:{day}`, spelled here.
-- ARGV: 1 now · 2 item · 3 order (ms) · 4 items that may wait · 5 lifetime of a parked one (ms)
--   then for each chat: chat · is it laid for its alerts alone (1/0) · how many alerts it fires · of each: alert, or `chat:alert` of another chat's ·
--   its cooldown (s) · hit (JSON)
-- Result: {to how many chats it is new, chat that it cannot be laid for, why …}.
local FIRED_MS = 8 * 86400000
local now, item, order = clock(), ARGV[2], ARGV[3]
local most, keep_ms = tonumber(ARGV[4]), ARGV[5]
local new, broken = 0, {}

-- The alerts that fire, from argument `at` on: not those that are noted already, nor those that have fired just now and
-- are to be quiet for a while.
local function firing(chat, noted, at, count)
  local fired, hits = {}, {}
  for one = at, at + 3 * count - 3, 3 do
    local till = ARGV[one + 1] ~= '0' and redis.call('HGET', 'cooling:' .. chat, ARGV[one])
    if (not till or tonumber(till) <= now) and not string.find(noted, ARGV[one + 2], 1, true) then
      fired[#fired + 1] = one
      hits[#hits + 1] = ARGV[one + 2]
    end
  end
  return fired, table.concat(hits, ',')
end

local function count_fired(chat, fired)
  local day = 'fired:' .. chat .. ':' .. math.floor(now / 86400000)
  for _, one in ipairs(fired) do
    if tonumber(ARGV[one]) then redis.call('HINCRBY', day, ARGV[one], 1) end -- another chat's counts there
    if ARGV[one + 1] ~= '0' then
      local cooling, quiet_ms = 'cooling:' .. chat, 1000 * ARGV[one + 1]
      redis.call('HSET', cooling, ARGV[one], now + quiet_ms)
      if redis.call('PTTL', cooling) < quiet_ms then redis.call('PEXPIRE', cooling, quiet_ms) end
    end
  end
  redis.call('PEXPIRE', day, FIRED_MS)
end

local function lay(chat, alone, at, count)
  local lane = 'lane:' .. chat
  if redis.call('ZSCORE', 'sent:' .. chat, item) or redis.call('HEXISTS', 'parked:' .. chat, item) == 1 then return end
  local noted = count > 0 and redis.call('HGET', lane .. ':notes', item) or ''
  local fired, hits = firing(chat, noted, at, count)
  if alone and hits == '' then return end
  local is_new = redis.call('ZADD', lane, 'NX', order, item) == 1
  -- One that waits already may be told by another chat's alert now.
  if hits ~= '' then
    local before = noted == '' and '[' or string.sub(noted, 1, -2) .. ','
    redis.call('HSET', lane .. ':notes', item, before .. hits .. ']')
    count_fired(chat, fired)
  end
  if is_new then
    new = new + 1
    if alone then redis.call('SADD', 'chats', chat) end -- another chat's alert may name one that was not known yet
    if redis.call('ZCARD', lane) > most then
      local oldest = redis.call('ZRANGE', lane, 0, 0)[1]
      take_from_lane(chat, oldest)
      note_parked(chat, oldest, 'too many items were waiting', keep_ms, now)
      tally(now, 'parked')
    end
  end
  -- A chat that is there already may have a message in flight: it keeps its time.
  if not is_paused(chat) then redis.call('ZADD', 'ready', 'NX', now, chat) end
end

local at = 6
while at <= #ARGV do
  local count = tonumber(ARGV[at + 2])
  apart(broken, present(ARGV[at]), lay, ARGV[at + 1] == '1', at + 3, count)
  at = at + 3 + 3 * count
end
return {new, unpack(broken)}
