-- Hand out what may be sent now: at most one item for a chat, the longest ready first.
-- uses: clock, pace, turn
-- KEYS: `ready`, `window`, `budget`, `lane:{chat}` and its two, `lease:{chat}`, `chat:{id}`, spelled here.
-- ARGV: 1 now · 2 limit · 3 lease (ms) · 4 a word never used before · 5 messages in a window · 6 the window (ms)
-- Result: {ms until it is worth asking again, {chat, item, token, attempt, hits (JSON) or ''} …}.
--
-- `window` holds when each message of the last window was handed out, and replies' reserved times to come.
-- A claim fits if fewer than the limit lie within one window before or after it: then no window holds more.
-- The work is O(claims): a chat that cannot be claimed after all is moved to its time or out, once.
local now, limit, lease_ms = clock(), tonumber(ARGV[2]), tonumber(ARGV[3])
local most, window_ms = tonumber(ARGV[5]), tonumber(ARGV[6])
local IDLE_MS = 100 -- what is laid meanwhile must not wait long
local LEASE_KEPT_MS = 3600000 -- a late answer finds its claim unless another was made

local held = tonumber(redis.call('ZSCORE', 'budget', 'bot') or 0)
if held > now then return {math.min(held - now, IDLE_MS)} end
redis.call('ZREMRANGEBYSCORE', 'budget', '-inf', now)
redis.call('ZREMRANGEBYSCORE', 'window', '-inf', now - window_ms)
local used = redis.call('ZCOUNT', 'window', '-inf', '(' .. (now + window_ms))
local room = math.min(limit, most - used)

local answer = {0}
local function hand_out(chat)
  local lane = 'lane:' .. chat
  local item = redis.call('ZRANGE', lane, 0, 0)[1]
  local token = ARGV[4] .. ':' .. #answer
  local attempt = redis.call('HINCRBY', lane .. ':tries', item, 1)
  redis.call('HSET', 'lease:' .. chat, 'token', token, 'item', item, 'till', now + lease_ms)
  redis.call('PEXPIRE', 'lease:' .. chat, lease_ms + LEASE_KEPT_MS)
  redis.call('ZADD', 'ready', now + lease_ms, chat)
  redis.call('ZADD', 'window', now, token)
  charge(chat, now, 1)
  answer[#answer + 1] = {chat, item, token, attempt, redis.call('HGET', lane .. ':notes', item) or ''}
end

local looks = 4 * limit + 64
while #answer - 1 < room and looks > 0 do
  local chats = redis.call('ZRANGEBYSCORE', 'ready', '-inf', now, 'LIMIT', 0, room - (#answer - 1))
  if #chats == 0 then break end
  for _, chat in ipairs(chats) do
    looks = looks - 1
    if is_paused(chat) or allowed_at(chat) > now or redis.call('EXISTS', 'lane:' .. chat) == 0 then
      next_turn(chat, now)
    else
      hand_out(chat)
    end
  end
end
if #answer > 1 then redis.call('PEXPIRE', 'window', 3600000) end

local first = redis.call('ZRANGE', 'ready', 0, 0, 'WITHSCORES')
local wait = first[2] and first[2] - now or IDLE_MS
used = used + #answer - 1
if used >= most then
  local leaves = redis.call('ZRANGE', 'window', used - most, used - most, 'WITHSCORES')
  wait = math.max(wait, leaves[2] + window_ms - now)
end
answer[1] = math.max(0, math.min(wait, IDLE_MS))
return answer
