-- Take a claimed item out of its lane for good, with the reason.
-- uses: clock, tally, pace, turn
-- KEYS: `lane:{chat}` and its three, `lease:{chat}`, `parked:{chat}`, `troubles`, `chat:{id}`, `ready`, `budget`, `window`,
--   `minute:{chat}`, `tally:{day}`, spelled here.
-- ARGV: 1 now · 2 chat · 3 item · 4 token · 5 why · 6 lifetime of the reason (ms)
--   7 nothing was asked of Telegram for it (1/0) · 8 what the day's tally calls it
-- Result: 1, or 0 if the claim was another's by now; then nothing is done.
local now, chat, item = clock(), ARGV[2], ARGV[3]
if not holds_lease(chat, ARGV[4]) then return 0 end
take_from_lane(chat, item)
note_parked(chat, item, ARGV[5], ARGV[6], now)
tally(now, ARGV[8])
if ARGV[7] == '1' then uncharge(chat, ARGV[4]) else arrived(chat, ARGV[4], now) end
redis.call('DEL', 'lease:' .. chat)
next_turn(chat, now)
return 1
