-- Hand out messages to edit now, as far as the budgets go.
-- uses: clock, tally, pace, turn
-- KEYS: `edits`, `edits:notes`, `editing:{chat}`, `edited:{chat}:{item}`, `sent:{chat}`, `pieces:{chat}`, `hits:{chat}`, `lane:{chat}`, `lease:{chat}`, `chat:{id}`, `feed:{id}:chats`, `budget`, `window`,
--   spelled here.
-- ARGV: 1 now · 2 limit · 3 lease (ms) · 4 a word never used before · 5 messages in a window · 6 the window (ms)
-- Result: {{chat, item, message id, note, subscription (JSON) or '', {fields of the chat: name, value …},
--   ids of the messages, where they are several, hits that it was told for (JSON) or '', edits begun before} …}.
local now, limit, lease_ms = clock(), tonumber(ARGV[2]), tonumber(ARGV[3])
local most, window_ms = most_of(ARGV[5]), tonumber(ARGV[6])
local answer = {}
local BUSY_MS, PAUSED_MS, COUNTED_MS = 300, 600000, 172800000
if at_of('bot') > now then return answer end
local room = math.min(limit, most - redis.call('ZCOUNT', 'window', '(' .. (now - window_ms), '(' .. (now + window_ms)))

local function drop(edit)
  redis.call('ZREM', 'edits', edit)
  redis.call('HDEL', 'edits:notes', edit)
end

-- Whether something is under way in the chat: an edit, or news.
local function is_busy(chat)
  local till = string.match(redis.call('GET', 'editing:' .. chat) or '', '^%d+')
  return math.max(tonumber(till or 0), tonumber(redis.call('HGET', 'lease:' .. chat, 'till') or 0)) > now
end

local function hand_out(edit)
  local chat, item = string.match(edit, '^(%S+) (%S+)$')
  local message = tonumber(redis.call('ZSCORE', 'sent:' .. chat, item) or 0)
  local allowed = edit_allowed_at(chat)
  if message == 0 then
    -- Still on its way: it will be noted as sent, or wait in its lane to be set anew.
    if is_begun(chat, item) then
      redis.call('ZADD', 'edits', now + 5000, edit)
    else
      drop(edit)
    end
  elseif is_paused(chat) then
    redis.call('ZADD', 'edits', now + PAUSED_MS, edit)
  elseif allowed > now then
    redis.call('ZADD', 'edits', allowed, edit)
  elseif is_busy(chat) then
    -- One thing at a time in a chat: should Telegram refuse it as too much, nothing else is under way.
    redis.call('ZADD', 'edits', now + BUSY_MS, edit)
  else
    redis.call('SET', 'editing:' .. chat, now + lease_ms .. ' ' .. edit, 'PX', lease_ms)
    redis.call('ZADD', 'edits', now + lease_ms, edit)
    spend_edit(chat, now, ARGV[4] .. ':' .. #answer)
    local feed, counted = string.match(item, '^([^.]*)'), 'edited:' .. chat .. ':' .. item
    local begun = redis.call('INCR', counted)
    redis.call('PEXPIRE', counted, COUNTED_MS)
    answer[#answer + 1] = {
      chat, item, message, redis.call('HGET', 'edits:notes', edit) or 'text',
      redis.call('HGET', 'feed:' .. feed .. ':chats', chat) or '',
      redis.call('HGETALL', 'chat:' .. chat),
      pieces_of(chat, item),
      redis.call('HGET', 'hits:' .. chat, item) or '',
      begun - 1,
    }
  end
end

for _, edit in ipairs(redis.call('ZRANGEBYSCORE', 'edits', '-inf', now, 'LIMIT', 0, 4 * limit)) do
  if #answer >= room then break end
  -- Of a chat whose keys are broken its news tells; its edits wait until they are mended.
  if not apart({}, edit, hand_out) then redis.call('ZADD', 'edits', now + lease_ms, edit) end
end
return answer
