-- Let the messages that an item was sent as follow what its feed says now, where the chat wants that.
-- uses: clock, tally, pace, turn
-- KEYS: `chat:{id}`, `sent:{chat}`, `pieces:{chat}`, `lane:{chat}`, `lease:{chat}`, `edits`, `edits:notes`, `moved`, spelled here.
-- ARGV: 1 now · 2 item · 3 what changed: text or media · 4 ms to wait for a message in flight · then chats …
-- Result: {how many messages are to be edited, chat that cannot be looked at, why …}. What still waits in a lane will be
--   set from what is known then.
local now, item, what = clock(), ARGV[2], ARGV[3]
local laid, broken = 0, {}

-- As bot.items.Chat.wants_corrections says it.
local function wants_corrections(chat)
  local chosen, kind = unpack(redis.call('HMGET', 'chat:' .. chat, 'corrections', 'kind'))
  if not chosen or chosen == '' then return kind == 'channel' end
  return chosen == '1'
end

local function lay(chat)
  local message = tonumber(redis.call('ZSCORE', 'sent:' .. chat, item) or 0)
  local begun = message == 0 and is_begun(chat, item)
  if (message > 0 or begun) and wants_corrections(chat) then
    local edit = chat .. ' ' .. item
    local before, count = string.match(redis.call('HGET', 'edits:notes', edit) or '', '^(%a*)(%d*)')
    local kind = before == 'media' and 'media' or what
    -- Counted, so that whoever is at work on the one before sees that there is another.
    redis.call('HSET', 'edits:notes', edit, kind .. (tonumber(count) or 0) + 1)
    redis.call('ZADD', 'edits', begun and now + ARGV[4] or now, edit)
    laid = laid + 1
  end
end

for at = 5, #ARGV do
  apart(broken, present(ARGV[at]), lay)
end
return {laid, unpack(broken)}
