-- Shared: whose turn it is. Uses clock, tally and pace.
-- KEYS: `ready`, `lane:{chat}` and its three, `lease:{chat}`, `chat:{id}`, `sent:{chat}`, `known:{chat}`, `tops`,
--   `pieces:{chat}`, `hits:{chat}`, `parked:{chat}`, `troubles`, `moved`, spelled here.
-- ARGV: none of its own.
-- Result: functions only.
-- The number that a chat goes by now: whoever read its subscriptions before a migration still says the old one.
local function present(chat)
  return redis.call('HGET', 'moved', chat) or chat
end

-- What an error says where a key holds something that is not ours.
local NOT_OURS = {'WRONGTYPE', 'is not a', 'attempt to', 'bad argument'}

-- Run a step for a chat, and tell whether it went well. What the chat's keys hold that is not ours must stop nobody
-- else: it is noted in `broken`. All else (Redis is full, or no primary) is everybody's, and must not count as done.
local function apart(broken, chat, step, ...)
  local well, why = pcall(step, chat, ...)
  if well then return true end
  why = type(why) == 'table' and why.err or tostring(why)
  for _, sign in ipairs(NOT_OURS) do
    if string.find(why, sign, 1, true) then
      broken[#broken + 1] = chat
      broken[#broken + 1] = why
      return false
    end
  end
  error(why, 0)
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
  local lane = 'lane:' .. chat
  redis.call('ZREM', lane, item)
  redis.call('HDEL', lane .. ':notes', item)
  redis.call('HDEL', lane .. ':tries', item)
  redis.call('HDEL', lane .. ':doubts', item)
end

-- The messages that an item was sent as so far, where it takes several: their ids in order, '' for none.
local function pieces_of(chat, item)
  return redis.call('HGET', 'pieces:' .. chat, item) or ''
end

local HITS_KEPT = 500

-- Keep what an item was told for, so that a correction of it tells the same.
local function keep_hits(chat, item, hits, keep_ms)
  local kept = 'hits:' .. chat
  if redis.call('HLEN', kept) >= HITS_KEPT then redis.call('HDEL', kept, redis.call('HRANDFIELD', kept)) end
  redis.call('HSET', kept, item, hits)
  redis.call('PEXPIRE', kept, keep_ms)
end

local PIECES_KEPT = 500

-- Note the message that is the item's number `place`, from 0; telling it twice, or again as the end, notes it once.
local function add_piece(chat, item, message, place, keep_ms)
  local pieces, before = 'pieces:' .. chat, pieces_of(chat, item)
  local _, count = string.gsub(before, '%d+', '')
  if count ~= place or (message ~= '0' and string.find(' ' .. before .. ' ', ' ' .. message .. ' ', 1, true)) then return end
  if count == 0 and redis.call('HLEN', pieces) >= PIECES_KEPT then
    redis.call('HDEL', pieces, redis.call('HRANDFIELD', pieces))
  end
  redis.call('HSET', pieces, item, count == 0 and message or before .. ' ' .. message)
  redis.call('PEXPIRE', pieces, keep_ms)
end

-- Whether a message of an item is being sent, or was and others are to follow: it will be noted as sent yet.
local function is_begun(chat, item)
  local begun = redis.call('HGET', 'lease:' .. chat, 'item') == item or pieces_of(chat, item) ~= ''
  return begun and redis.call('ZSCORE', 'lane:' .. chat, item)
end

-- What is sent to the chat next: what was begun, else what is first in its lane.
local function first_of(chat)
  local open = redis.call('HGET', 'pieces:' .. chat, 'open')
  if open and redis.call('ZSCORE', 'lane:' .. chat, open) then return open end
  return redis.call('ZRANGE', 'lane:' .. chat, 0, 0)[1]
end

local function holds_lease(chat, token)
  return redis.call('HGET', 'lease:' .. chat, 'token') == token
end

-- Messages of a chat that are known, the latest of them; but all, and for longer, while one may be asked for: one of
-- ours that is not known would be taken for it.
local KNOWN_KEPT, KNOWN_MS = 100, 3600000
local DOUBTED_KEPT, DOUBTED_MS = 2000, 30 * 86400000

-- A message may have been sent of which nothing is known: it is asked for before it is sent again. What is kept is
-- the highest message id before it (tops_of), since it has a higher one; '?' if none was known.
local function doubt(chat, item, after)
  local lane = 'lane:' .. chat
  if not redis.call('ZSCORE', lane, item) then return end
  redis.call('HSETNX', lane .. ':doubts', item, after or '?')
  redis.call('PEXPIRE', 'known:' .. chat, DOUBTED_MS)
end

-- Whoever held the chat's lease has died, or is slower than it: what it had in hand may have been sent.
local function doubt_lease(chat)
  local item, after = unpack(redis.call('HMGET', 'lease:' .. chat, 'item', 'after'))
  if item then doubt(chat, item, after) end
end

-- Supergroups and channels count their messages each for itself; all other chats of a bot count together, in its box.
local function is_boxed(chat)
  return tonumber(chat) > -1000000000000
end

local function note_known_in(place, message, kept, kept_ms)
  if tonumber(message) > tonumber(redis.call('HGET', 'tops', place) or 0) then
    redis.call('HSET', 'tops', place, message)
  end
  local known = 'known:' .. place
  redis.call('ZADD', known, message, message)
  redis.call('ZREMRANGEBYRANK', known, 0, -kept - 1)
  redis.call('PEXPIRE', known, kept_ms)
end

-- Note a message of a chat that is known, be it ours or another's. What counts up are Telegram's own ids.
local function note_known(chat, message)
  local doubted = redis.call('EXISTS', 'lane:' .. chat .. ':doubts', 'lease:' .. chat) > 0
  note_known_in(chat, message, doubted and DOUBTED_KEPT or KNOWN_KEPT, doubted and DOUBTED_MS or KNOWN_MS)
  if is_boxed(chat) then note_known_in('box', message, DOUBTED_KEPT, DOUBTED_MS) end
end

-- The highest message id that is known in the chat, or '?', and that of the box, where it is in there.
local function tops_of(chat)
  local own = redis.call('HGET', 'tops', chat) or '?'
  return is_boxed(chat) and own .. ' ' .. (redis.call('HGET', 'tops', 'box') or '?') or own
end

local PARKED_KEPT = 1000
local TROUBLES_KEPT = 200

local function note_parked(chat, item, why, keep_ms, now)
  local parked = 'parked:' .. chat
  -- Whatever goes on being parked keeps them all alive, so some give way. Any may: the reasons are told, not
  -- needed, but for the few items that a router that died may bring again.
  if redis.call('HLEN', parked) >= PARKED_KEPT then
    redis.call('HDEL', parked, redis.call('HRANDFIELD', parked))
  end
  redis.call('HSET', parked, item, why)
  redis.call('PEXPIRE', parked, keep_ms)
  redis.call('ZADD', 'troubles', now, chat .. ' ' .. item)
  redis.call('ZREMRANGEBYRANK', 'troubles', 0, -TROUBLES_KEPT - 1)
  redis.call('PEXPIRE', 'troubles', keep_ms)
end

local function note_sent(chat, item, message, kept, keep_ms)
  redis.call('ZADD', 'sent:' .. chat, message, item)
  redis.call('ZREMRANGEBYRANK', 'sent:' .. chat, 0, -kept - 1)
  redis.call('PEXPIRE', 'sent:' .. chat, keep_ms)
  if tonumber(message) > 0 then note_known(chat, message) end
end
