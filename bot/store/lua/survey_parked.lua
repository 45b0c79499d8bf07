-- Tell what was parked lately, the newest first; what has lost its reason by now is left out.
-- KEYS: `troubles`, `parked:{chat}`, `moved`, spelled here.
-- ARGV: 1 now · 2 how many to look at
-- Result: {chat, item, when (ms), why, chat, item, when, why …}, of chats that moved the present id.
local result, found = {}, redis.call('ZRANGE', 'troubles', 0, ARGV[2] - 1, 'REV', 'WITHSCORES')
for place = 1, #found, 2 do
  local chat, item = string.match(found[place], '^(%S+) (.+)$')
  if chat then
    chat = redis.call('HGET', 'moved', chat) or chat
    local why = redis.call('HGET', 'parked:' .. chat, item)
    if why then
      for _, part in ipairs({chat, item, found[place + 1], why}) do result[#result + 1] = part end
    end
  end
end
return result
