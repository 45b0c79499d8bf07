-- Count the paused among some chats, by reason, and what waits behind their pauses.
-- KEYS: `chat:{id}`, `lane:{chat}`, spelled here.
-- ARGV: 1 now · 2… chats
-- Result: {why, chats, items, why, chats, items …}.
local chats, items = {}, {}
for place = 2, #ARGV do
  local why = redis.call('HGET', 'chat:' .. ARGV[place], 'paused')
  if why and why ~= '' then
    chats[why] = (chats[why] or 0) + 1
    items[why] = (items[why] or 0) + redis.call('ZCARD', 'lane:' .. ARGV[place])
  end
end
local result = {}
for why, count in pairs(chats) do
  result[#result + 1] = why
  result[#result + 1] = count
  result[#result + 1] = items[why]
end
return result
