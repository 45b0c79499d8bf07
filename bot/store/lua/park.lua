-- Take a claimed item out of its lane for good, with the reason.
-- uses: clock, pace, turn
-- KEYS: `lane:{chat}` and its two, `lease:{chat}`, `parked:{chat}`, `chat:{id}`, `ready`, `budget`, `window`, spelled here.
-- ARGV: 1 now · 2 chat · 3 item · 4 token · 5 why · 6 lifetime of the reason (ms)
--   7 nothing was asked of Telegram for it (1/0)
-- Result: 1, or 0 if the claim was another's by now; then nothing is done.
local now, chat, item = clock(), ARGV[2], ARGV[3]
if not holds_lease(chat, ARGV[4]) then return 0 end
take_from_lane(chat, item)
note_parked(chat, item, ARGV[5], ARGV[6])
if ARGV[7] == '1' then uncharge(chat, ARGV[4]) end
redis.call('DEL', 'lease:' .. chat)
next_turn(chat, now)
return 1
