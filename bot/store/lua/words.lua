-- Shared: which words the items of a feed may hold, a record for each (bot/store/words.py).
-- What is new is added to a short string, so that little is written; when that has grown, it is merged into the
-- long one, which leaves out items that are no longer kept and records that a later one replaces, and sorts them by size.
-- KEYS: `feed:{id}:items`, `feed:{id}:words:a`, `feed:{id}:words:b`, spelled here. ARGV: none of its own.
-- Result: functions only.
local function merge_words(feed, young, old)
  local items, whole = 'feed:' .. feed .. ':items', (redis.call('GET', old) or '') .. redis.call('GET', young)
  local kept, place, at = {}, {}, 1
  while at <= #whole do
    local high, low = string.byte(whole, at, at + 1)
    local size, half = math.max(19, 256 * high + (low or 0)), string.sub(whole, at + 8, at + 18)
    if place[half] then kept[place[half]] = '' end
    if place[half] or redis.call('ZSCORE', items, feed .. '.' .. half) then
      kept[#kept + 1] = string.sub(whole, at, at + size - 1)
      place[half] = #kept
    end
    at = at + size
  end
  -- Records of one size together: they are looked through in one go.
  table.sort(kept, function(one, other) return #one < #other end)
  redis.call('SET', old, table.concat(kept))
  redis.call('DEL', young)
end

local function add_words(feed, records, keep_ms)
  if #records == 0 then return end
  local young, old = 'feed:' .. feed .. ':words:a', 'feed:' .. feed .. ':words:b'
  local size = redis.call('APPEND', young, table.concat(records))
  if size > 16384 + redis.call('STRLEN', old) / 8 then merge_words(feed, young, old) end
  redis.call('PEXPIRE', young, keep_ms)
  redis.call('PEXPIRE', old, keep_ms)
end
