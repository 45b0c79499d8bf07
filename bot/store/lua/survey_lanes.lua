-- Count what waits in the lanes of some chats that may hear, and find the longest of them.
-- KEYS: `ready`, `lane:{chat}`, spelled here.
-- ARGV: 1 now · 2 first and 3 last place among the ready · 4 how many to find
-- Result: {looked at, items, length, chat, length, chat …}.
local lanes, items, chats = {}, 0, redis.call('ZRANGE', 'ready', ARGV[2], ARGV[3])
if chats[#chats] == 'end' then table.remove(chats) end -- no chat: see claim.lua
for place, chat in ipairs(chats) do
  local length = redis.call('ZCARD', 'lane:' .. chat)
  lanes[place] = {length, chat}
  items = items + length
end
table.sort(lanes, function(one, other) return one[1] > other[1] end)
local result = {#chats, items}
for place = 1, math.min(#lanes, tonumber(ARGV[4])) do
  result[#result + 1] = lanes[place][1]
  result[#result + 1] = lanes[place][2]
end
return result
