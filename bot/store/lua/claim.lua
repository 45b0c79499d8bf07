-- Hand out what may be sent now: at most one item for a chat, the longest ready first, with all that setting it needs.
-- uses: clock, tally, pace, turn, rewind
-- KEYS: `ready`, `window`, `budget`, `edits`, `tops`, `chats`, `lane:{chat}` and its three, `pieces:{chat}`, `lease:{chat}`, `chat:{id}` and its
--   `:feeds`, `feed:{id}`, its `:chats` and `:prints`, spelled here.
-- ARGV: 1 now · 2 limit · 3 lease (ms) · 4 a word never used before · 5 messages in a window · 6 the window (ms)
-- Result: {ms until it is worth asking again, ms until an edit is due or -1, now, ms that the clock went back or 0,
--   {chat that cannot be handed out, why …},
--   {chat, item, token, attempt, hits (JSON) or '', doubt or '', subscription (JSON) or '',
--    {fields of the chat: name, value …}, feeds of the chat, print of the item or '', '1' for a weak link,
--    ids of the messages it was sent as so far} …}.
--
-- `window` holds when each message of the last window was handed out, and replies' reserved times to come.
-- A claim fits if fewer than the limit lie within one window before or after it: then no window holds more.
-- The work is O(claims): a chat that cannot be claimed after all is moved to its time or out, once.
local now, limit, lease_ms = clock(), tonumber(ARGV[2]), tonumber(ARGV[3])
local most, window_ms = most_of(ARGV[5]), tonumber(ARGV[6])
local IDLE_MS = 50 -- what is laid meanwhile must not wait long
local LEASE_KEPT_MS = 30 * 86400000 -- nobody may be there to claim again, and to learn what was in hand
local HEAD = 5

local broken = {}

-- '1' for a feed that repeats its links: the last of the numbers that its record begins with (bot/store/fields.py).
local function repeats_links(feed)
  local state = redis.call('HGET', 'feed:' .. feed, 'state')
  return state and string.match(state, '^[^\n]* (%d)\n') or redis.call('HGET', 'feed:' .. feed, 'weak_link') or ''
end

-- Who waits is told by `ready` alone: should it be gone, it is made anew from the lanes. Its end tells that it is ours.
if not redis.call('ZSCORE', 'ready', 'end') then
  local function wait_again(chat)
    local till = tonumber(redis.call('HGET', 'lease:' .. chat, 'till') or 0)
    if not redis.call('ZSCORE', 'ready', chat) then next_turn(chat, math.max(now, till)) end
  end
  for _, chat in ipairs(redis.call('SMEMBERS', 'chats')) do apart(broken, chat, wait_again) end
  redis.call('ZADD', 'ready', '+inf', 'end')
end

local answer = {0, -1, now, rewind(now), broken}
local held = at_of('bot')
if held > now then
  answer[1] = math.min(held - now, IDLE_MS)
  return answer
end
redis.call('ZREMRANGEBYSCORE', 'budget', '-inf', now)
redis.call('ZREMRANGEBYSCORE', 'window', '-inf', now - window_ms)
local used = redis.call('ZCOUNT', 'window', '-inf', '(' .. (now + window_ms))
-- Not all at once, either: what leaves together arrives scattered, and is all in hand should Telegram refuse the first.
local STEP_MS = math.ceil(window_ms / 5)
local at_once = math.max(1, math.ceil(most * 0.27))
local recent = redis.call('ZCOUNT', 'window', '(' .. (now - STEP_MS), '(' .. (now + window_ms))
local room = math.min(limit, most - used, at_once - recent)

redis.call('HLEN', 'tops') -- fails here if that is not ours, lest it count as each chat's own trouble

local function hand_out(chat)
  local lane = 'lane:' .. chat
  local item = first_of(chat)
  local feed, own = string.match(item, '^([^.]*)%.?(.*)$')
  doubt_lease(chat)
  local token = ARGV[4] .. ':' .. #answer
  local attempt = redis.call('HINCRBY', lane .. ':tries', item, 1)
  local after = tops_of(chat)
  redis.call('HSET', 'lease:' .. chat, 'token', token, 'item', item, 'after', after, 'till', now + lease_ms)
  redis.call('PEXPIRE', 'lease:' .. chat, lease_ms + LEASE_KEPT_MS)
  redis.call('ZADD', 'ready', now + lease_ms, chat)
  spend(chat, now, 1, token)
  answer[#answer + 1] = {
    chat, item, token, attempt,
    redis.call('HGET', lane .. ':notes', item) or '',
    redis.call('HGET', lane .. ':doubts', item) or '',
    redis.call('HGET', 'feed:' .. feed .. ':chats', chat) or '',
    redis.call('HGETALL', 'chat:' .. chat),
    redis.call('HLEN', 'chat:' .. chat .. ':feeds'),
    redis.call('HGET', 'feed:' .. feed .. ':prints', own) or '',
    repeats_links(feed),
    pieces_of(chat, item),
  }
end

local function try(chat)
  if is_paused(chat) or allowed_at(chat) > now or redis.call('EXISTS', 'lane:' .. chat) == 0 then
    next_turn(chat, now)
  else
    hand_out(chat)
  end
end

local looks = 4 * limit + 64
while #answer - HEAD < room and looks > 0 do
  local chats = redis.call('ZRANGEBYSCORE', 'ready', '-inf', now, 'LIMIT', 0, room - (#answer - HEAD))
  if #chats == 0 then break end
  for _, chat in ipairs(chats) do
    looks = looks - 1
    if not apart(broken, chat, try) then redis.call('ZREM', 'ready', chat) end
  end
end

local first = redis.call('ZRANGE', 'ready', 0, 0, 'WITHSCORES')
local wait = first[2] and first[2] - now or IDLE_MS
local full_for = 0
used, recent = used + #answer - HEAD, recent + #answer - HEAD
-- When so many of the latest messages will lie beyond a span that one more fits in.
local function free_in(held, fits, span_ms)
  if held < fits then return 0 end
  local leaves = redis.call('ZRANGE', 'window', -fits, -fits, 'WITHSCORES')
  return leaves[2] and math.max(1, leaves[2] + span_ms - now) or 1
end
full_for = math.max(free_in(used, most, window_ms), free_in(recent, at_once, STEP_MS))
answer[1] = math.max(0, math.min(math.max(wait, full_for), IDLE_MS))
local edit = redis.call('ZRANGE', 'edits', 0, 0, 'WITHSCORES')
if edit[2] then answer[2] = math.max(0, full_for, edit[2] - now) end
return answer
