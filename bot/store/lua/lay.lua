-- Put an item into the lanes of many chats, once in each.
-- uses: clock, tally, pace, turn
-- KEYS: `lane:{chat}` and its three, `sent:{chat}`, `parked:{chat}`, `troubles`, `chat:{id}`, `ready`, `moved`, `tally:{day}`,
--   spelled here.
-- ARGV: 1 now · 2 item · 3 order (ms) · 4 items that may wait · 5 lifetime of a parked one (ms) · then chat, hits (JSON) or '' …
-- Result: {to how many chats it is new, chat that it cannot be laid for, why …}.
local now, item, order = clock(), ARGV[2], ARGV[3]
local most, keep_ms = tonumber(ARGV[4]), ARGV[5]
local new, broken = 0, {}

local function lay(chat, hits)
  local lane = 'lane:' .. chat
  if redis.call('ZSCORE', 'sent:' .. chat, item) or redis.call('HEXISTS', 'parked:' .. chat, item) == 1 then return end
  if redis.call('ZADD', lane, 'NX', order, item) == 1 then
    new = new + 1
    if hits ~= '' then redis.call('HSET', lane .. ':notes', item, hits) end
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

for at = 6, #ARGV, 2 do
  apart(broken, present(ARGV[at]), lay, ARGV[at + 1])
end
return {new, unpack(broken)}
