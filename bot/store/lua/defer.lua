-- Keep a claimed item first in its lane, and send the chat, or anybody, nothing for a while.
-- uses: clock, tally, pace, turn
-- KEYS: `lane:{chat}`, its tries and doubts, `lease:{chat}`, `chat:{id}`, `ready`, `budget`, `window`, `minute:{chat}`,
--   `slow:{chat}`, `tally:{day}`, spelled here.
-- ARGV: 1 now · 2 chat · 3 item · 4 token · 5 for how long (ms) · 6 the attempt counts (1/0)
--   7 what it met: '' · 'flood', Telegram refused it as too much · 'doubt', it may have been sent
--   8 nothing was asked of Telegram for it (1/0)
-- Result: 1, or 0 if the claim was another's by now; the wait is kept all the same.
local now, chat, item, met = clock(), ARGV[2], ARGV[3], ARGV[7]
hold(chat, now + ARGV[5])
if ARGV[8] == '1' then uncharge(chat, ARGV[4]) else arrived(chat, ARGV[4], now) end
if met == 'flood' then
  slow_down(chat)
  tally(now, 'flooded')
end
if not holds_lease(chat, ARGV[4]) then return 0 end
if met == 'doubt' then doubt_lease(chat) end
redis.call('DEL', 'lease:' .. chat)
local tries = 'lane:' .. chat .. ':tries'
if ARGV[6] == '0' and redis.call('HEXISTS', tries, item) == 1 then
  redis.call('HINCRBY', tries, item, -1)
end
next_turn(chat, now)
return 1
