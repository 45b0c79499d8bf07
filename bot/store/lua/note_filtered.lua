-- Note that filters keep an item from chats, once of each.
-- uses: clock, tally, pace, turn
-- KEYS: `filtered:{chat}`, `filtered:{chat}:{day}`, `moved`, spelled here.
-- ARGV: 1 now · 2 item · 3 lifetime of the note (ms) · then chat, which filter: only or not …
-- Result: {of how many chats it is new, chat of which it cannot be noted, why …}.
local KEPT, COUNTED_MS = 1000, 8 * 86400000
local now, item, keep_ms = clock(), ARGV[2], ARGV[3]
local feed = string.match(item, '^[^.]*')
local new, broken = 0, {}

local function note(chat, which)
  local notes = 'filtered:' .. chat
  if redis.call('HSETNX', notes, item, which) == 0 then return end
  new = new + 1
  -- Some give way, lest a chat that filters much keep all: they are told, not needed.
  if redis.call('HLEN', notes) > KEPT then redis.call('HDEL', notes, redis.call('HRANDFIELD', notes)) end
  redis.call('PEXPIRE', notes, keep_ms)
  local day = notes .. ':' .. math.floor(now / 86400000)
  redis.call('HINCRBY', day, feed, 1)
  redis.call('PEXPIRE', day, COUNTED_MS)
end

for at = 4, #ARGV, 2 do
  apart(broken, present(ARGV[at]), note, ARGV[at + 1])
end
return {new, unpack(broken)}
