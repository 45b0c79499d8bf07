-- Put an item into the lanes of many chats, once in each.
-- uses: clock, pace, turn
-- KEYS: `lane:{chat}` and its two, `sent:{chat}`, `parked:{chat}`, `chat:{id}`, `ready`, `moved`, spelled here.
-- ARGV: 1 now · 2 item · 3 order (ms) · 4 items that may wait · 5 lifetime of a parked one (ms) · then chat, hits (JSON) or '' …
-- Result: to how many chats it is new.
local now, item, order = clock(), ARGV[2], ARGV[3]
local most, keep_ms = tonumber(ARGV[4]), ARGV[5]
local new = 0
for at = 6, #ARGV, 2 do
  local chat, hits = present(ARGV[at]), ARGV[at + 1]
  local lane = 'lane:' .. chat
  if not redis.call('ZSCORE', 'sent:' .. chat, item) and redis.call('HEXISTS', 'parked:' .. chat, item) == 0 then
    if redis.call('ZADD', lane, 'NX', order, item) == 1 then
      new = new + 1
      if hits ~= '' then redis.call('HSET', lane .. ':notes', item, hits) end
      if redis.call('ZCARD', lane) > most then
        local oldest = redis.call('ZRANGE', lane, 0, 0)[1]
        take_from_lane(chat, oldest)
        note_parked(chat, oldest, 'too many items were waiting', keep_ms)
      end
    end
    -- A chat that is there already may have a message in flight: it keeps its time.
    if not is_paused(chat) then redis.call('ZADD', 'ready', 'NX', now, chat) end
  end
end
return new
