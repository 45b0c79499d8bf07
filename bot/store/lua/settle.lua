-- Note that a claimed item was sent, and let the chat's next one follow.
-- uses: clock, pace, turn
-- KEYS: `lane:{chat}` and its two, `lease:{chat}`, `sent:{chat}`, `chat:{id}`, `ready`, `budget`, `window`, `moved`, spelled here.
-- ARGV: 1 now · 2 chat · 3 item · 4 token · 5 message id · 6 messages beyond the first · 7 the window (ms)
--   8 sent items kept · 9 their lifetime (ms)
-- Result: 1, or 0 if the claim was another's by now; that the item was sent is noted all the same.
local now, chat, item, token, extra = clock(), present(ARGV[2]), ARGV[3], ARGV[4], tonumber(ARGV[6])
-- A message of the chat before it migrated is none of what it is now.
note_sent(chat, item, chat == ARGV[2] and ARGV[5] or 0, ARGV[8], ARGV[9])
take_from_lane(chat, item)
if extra > 0 then
  charge(chat, now, extra)
  for one = 1, extra do redis.call('ZADD', 'window', now, token .. '+' .. one) end
  redis.call('PEXPIRE', 'window', 3600000)
end
if not holds_lease(chat, token) then return 0 end
redis.call('DEL', 'lease:' .. chat)
next_turn(chat, now)
return 1
