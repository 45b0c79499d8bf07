-- Note that filters keep an item from chats, once of each.
-- uses: clock
-- KEYS: `filtered:{chat}`, `filtered:{chat}:{day}`, spelled here.
-- ARGV: 1 now · 2 item · 3 lifetime of the note (ms) · then chat, which filter: only or not …
-- Result: of how many chats it is new.
local KEPT, COUNTED_MS = 1000, 8 * 86400000
local now, item, keep_ms, new = clock(), ARGV[2], ARGV[3], 0
local feed = string.match(item, '^[^.]*')
for at = 4, #ARGV, 2 do
  local notes = 'filtered:' .. ARGV[at]
  if redis.call('HSETNX', notes, item, ARGV[at + 1]) == 1 then
    new = new + 1
    -- Some give way, lest a chat that filters much keep all: they are told, not needed.
    if redis.call('HLEN', notes) > KEPT then redis.call('HDEL', notes, redis.call('HRANDFIELD', notes)) end
    redis.call('PEXPIRE', notes, keep_ms)
    local day = notes .. ':' .. math.floor(now / 86400000)
    redis.call('HINCRBY', day, feed, 1)
    redis.call('PEXPIRE', day, COUNTED_MS)
  end
end
return new
