-- Keep a claimed item first in its lane, and send the chat, or anybody, nothing for a while.
-- uses: clock, pace, turn
-- KEYS: `lane:{chat}` and its tries, `lease:{chat}`, `chat:{id}`, `ready`, `budget`, spelled here.
-- ARGV: 1 now · 2 chat · 3 item · 4 token · 5 for how long (ms) · 6 the whole bot (1/0) · 7 the attempt counts (1/0)
-- Result: 1, or 0 if the claim was another's by now; the wait is kept all the same.
local now, chat, item = clock(), ARGV[2], ARGV[3]
hold(ARGV[6] == '1' and '' or chat, now + ARGV[5])
if not holds_lease(chat, ARGV[4]) then return 0 end
redis.call('DEL', 'lease:' .. chat)
local tries = 'lane:' .. chat .. ':tries'
if ARGV[7] == '0' and redis.call('HEXISTS', tries, item) == 1 then
  redis.call('HINCRBY', tries, item, -1)
end
next_turn(chat, now)
return 1
