-- End the leases of claims whose answer never came: nobody holds what they handed out.
-- uses: clock, tally, pace, turn
-- KEYS: `ready`, `lease:{chat}`, `lane:{chat}:tries` and what a turn looks at, spelled here. Run after an outage only, it
--   may look at everything.
-- ARGV: 1 now · then the words by which they were claimed …
-- Result: how many there were.
local now, ended, words = clock(), 0, {}
for at = 2, #ARGV do words[ARGV[at]] = true end

local function void(chat)
  local token, item = unpack(redis.call('HMGET', 'lease:' .. chat, 'token', 'item'))
  if token and words[string.match(token, '^[^:]*')] then
    uncharge(chat, token)
    redis.call('HINCRBY', 'lane:' .. chat .. ':tries', item, -1)
    redis.call('DEL', 'lease:' .. chat)
    next_turn(chat, now)
    ended = ended + 1
  end
end

for _, chat in ipairs(redis.call('ZRANGE', 'ready', 0, -1)) do apart({}, chat, void) end
return ended
