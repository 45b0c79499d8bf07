-- Take in candidates of one document: what is new is remembered, kept and handed on, all or nothing.
-- uses: clock, moving, words
-- KEYS: `feed:{id}`, its `:seen:a`, `:seen:b`, `:items`, `:prints`, `:words:a`, `:words:b`, `:chats`, `item:{id}`, `news`, `schedule`, `looking`, `feeds`, `health`, spelled here.
-- ARGV: 1 now · 2 feed · 3 hand on (1/0) · 4 last step (1/0) · 5 due (ms), '' to leave that as it is · 6 item lifetime (ms) · 7 items kept
--   8 lifetime of an item beyond those (ms) · 9 how many keys the whole document has, or of a part: `new` if all of it is to be, else `part`
--   10 canonical new address or '' · 11 new address
--   12 JSON, for each candidate: [item id, order (ms), what is told of it, trusted keys, other keys]; what is told: 1 all, 0 nothing
--   since it seemed known, -1 that it is too old to be kept. Keys are one word each, a space between them.
--   13 number of field arguments · then those: name, value …
--   then the number of changed items, and for each: item id · print before · first 8 bytes of its print now ·
--   `text` or `media` for a correction, else '' · record of a correction · its words
--   then for each candidate of which all is told: record · print · words or '' (bot/store/words.py).
-- Result: {state, handed on, seeded now, lost, corrected, index of each new candidate …}.
--   State: 1 done, 0 the feed is gone, -1 a record is missing (nothing of that candidate or after it was done),
--   -2 nothing was done: a part of a document is no first look, or is to be new and is not.
local now = clock()
local feed, last = ARGV[2], ARGV[4] == '1'
local keep_ms, kept, grace_ms = ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8])
local all_new = ARGV[9] == 'new'
local is_whole = not all_new and ARGV[9] ~= 'part'
local key = 'feed:' .. feed
local young, old, items, prints = key .. ':seen:a', key .. ':seen:b', key .. ':items', key .. ':prints'
local words = {}
if redis.call('EXISTS', key) == 0 then return {0, 0, 0, 0, 0} end

local seeded = redis.call('HGET', key, 'seeded') == '1'
local lost = seeded and redis.call('EXISTS', young, old) == 0
if not is_whole and (lost or not seeded) then return {-2, 0, 0, 0, 0} end

local candidates, keys = cjson.decode(ARGV[12]), {}
local trusted, others = {}, {}
for index, one in ipairs(candidates) do
  trusted[index], others[index] = {}, {}
  for name in string.gmatch(one[4], '%S+') do table.insert(trusted[index], name) end
  for name in string.gmatch(one[5], '%S+') do table.insert(others[index], name) end
  for _, name in ipairs(trusted[index]) do keys[#keys + 1] = name end
  if all_new then
    for _, name in ipairs(others[index]) do keys[#keys + 1] = name end
  end
end
local seen = {}
if #keys > 0 then
  local is_young, is_old = redis.call('SMISMEMBER', young, unpack(keys)), redis.call('SMISMEMBER', old, unpack(keys))
  for place, name in ipairs(keys) do
    if is_young[place] == 1 or is_old[place] == 1 then
      if all_new then return {-2, 0, 0, 0, 0} end
      seen[name] = true
    end
  end
end

if lost then
  -- Written down, so that the steps after this one know it too.
  redis.call('HSET', key, 'seeded', '0')
  seeded = false
end
local hand_on = seeded and ARGV[3] == '1'

-- The second half of an item's id, which names it among the prints of its feed.
local function half(item) return string.sub(item, #feed + 2) end

local state, new = 1, {}
local places, told, taught, to_hand_on = {}, {}, {}, {}
local changes = 14 + ARGV[13]
local at = changes + 1 + 6 * ARGV[changes]
for index, one in ipairs(candidates) do
  local item, order, tells = one[1], one[2], one[3]
  local is_known = false
  for _, name in ipairs(trusted[index]) do is_known = is_known or seen[name] end
  if not is_known then
    if tells == 0 or (tells == -1 and hand_on) then
      state = -1
      break
    end
    new[#new + 1] = index - 1
    if tells == 1 then
      redis.call('SET', 'item:' .. item, ARGV[at], 'PX', keep_ms)
      places[#places + 1], places[#places + 2] = order, item
      told[#told + 1], told[#told + 2] = half(item), ARGV[at + 1]
      if ARGV[at + 2] ~= '' then words[#words + 1] = ARGV[at + 2] end
    end
    if hand_on then to_hand_on[#to_hand_on + 1] = item end
  end
  if tells == 1 then at = at + 3 end
  -- A known item teaches its other keys, and moves up from the old generation.
  for _, some in ipairs({trusted[index], others[index]}) do
    for _, name in ipairs(some) do
      seen[name] = true
      taught[#taught + 1] = name
    end
  end
end
if #places > 0 then
  redis.call('ZADD', items, unpack(places))
  redis.call('HSET', prints, unpack(told))
end
for _, item in ipairs(to_hand_on) do redis.call('XADD', 'news', '*', 'item', item) end
-- After all else of an item: should a key hold what is not ours, nothing is taken for seen.
if #taught > 0 then redis.call('SADD', young, unpack(taught)) end

if #new > 0 then
  local beyond = redis.call('ZCARD', items) - kept
  if beyond > 0 then
    -- An item that is trimmed may still wait in a lane: it goes later, not now.
    for _, item in ipairs(redis.call('ZRANGE', items, 0, beyond - 1)) do
      if redis.call('PTTL', 'item:' .. item) > grace_ms then
        redis.call('PEXPIRE', 'item:' .. item, grace_ms)
      end
      redis.call('HDEL', prints, half(item))
    end
    redis.call('ZREMRANGEBYRANK', items, 0, beyond - 1)
  end
  -- Nor does a feed that tells little keep those whose time is over: some at its old end, more than came.
  local oldest, records = redis.call('ZRANGE', items, 0, 2 * #new + 8), {}
  for place, item in ipairs(oldest) do records[place] = 'item:' .. item end
  if #oldest > 0 and redis.call('EXISTS', unpack(records)) < #oldest then
    for place, item in ipairs(oldest) do
      if redis.call('EXISTS', records[place]) == 0 then
        redis.call('ZREM', items, item)
        redis.call('HDEL', prints, half(item))
      end
    end
  end
  redis.call('PEXPIRE', items, keep_ms)
  redis.call('PEXPIRE', prints, keep_ms)
end

local corrected = 0
if state == 1 then
  for change = changes + 1, changes + 6 * ARGV[changes], 6 do
    local item, before, edit = ARGV[change], ARGV[change + 1], ARGV[change + 3]
    -- A print that is another one by now was changed, and judged, by another look.
    if redis.call('HGET', prints, half(item)) == before then
      local count = string.byte(before, 9)
      -- XX: a record that has expired stays gone, and what is gone is not corrected.
      if edit ~= '' and hand_on and redis.call('SET', 'item:' .. item, ARGV[change + 4], 'XX', 'KEEPTTL') then
        words[#words + 1] = ARGV[change + 5]
        redis.call('XADD', 'news', '*', 'item', item, 'edit', edit)
        count, corrected = count + 1, corrected + 1
      end
      redis.call('HSET', prints, half(item), ARGV[change + 2] .. string.char(count))
    end
  end
end
add_words(feed, words, keep_ms)

local seeded_now = 0
if last and state == 1 then
  if ARGV[5] ~= '' and redis.call('ZREM', 'looking', feed) == 1 then redis.call('HSET', 'health', 'look', now) end
  move(feed, ARGV[10], ARGV[11])
  -- 0 is no item's key: it tells an empty feed that was looked at from one whose memory is lost.
  redis.call('SADD', young, '0')
  if not seeded then seeded_now = 1 end
  redis.call('HSET', key, 'seeded', '1', unpack(ARGV, 14, 13 + ARGV[13]))
  local due = ARGV[5]
  if due ~= '' and learnt_elsewhere(feed) then due = now end
  -- Only a whole document moves all up that it shows: after a part, what it left out would be forgotten.
  if is_whole then
    local size, enough = redis.call('SCARD', young), math.max(4000, 4 * ARGV[9])
    local since = tonumber(redis.call('HGET', key, 'rotated_ms') or 0)
    if since < 0 then
      -- What was shown until now is among the young again: their time begins.
      redis.call('HSET', key, 'rotated_ms', now)
    elseif (size > enough and now - since >= 86400000) or size > 4 * enough then
      redis.call('RENAME', young, old)
      redis.call('HSET', key, 'rotated_ms', -1)
    end
  end
  if due ~= '' and redis.call('EXISTS', key .. ':chats') == 1 then
    redis.call('ZADD', 'schedule', due, feed)
  end
end
local left_ms = redis.call('PTTL', key)
if left_ms > 0 then
  redis.call('PEXPIRE', young, left_ms)
  redis.call('PEXPIRE', old, left_ms)
end
return {state, #to_hand_on, seeded_now, lost and 1 or 0, corrected, unpack(new)}
