-- Tell which keys of a story a chat was told, lately.
-- uses: clock
-- KEYS: `told:{chat}`, spelled here.
-- ARGV: 1 now · 2 chat · 3 lifetime of a story (ms) · then the keys …
-- Result: {1 or 0 for each}.
local told, since = 'told:' .. ARGV[2], clock() - ARGV[3]
local answer = {}
for at = 4, #ARGV do
  local when = redis.call('ZSCORE', told, ARGV[at])
  answer[#answer + 1] = (when and tonumber(when) >= since) and 1 or 0
end
return answer
