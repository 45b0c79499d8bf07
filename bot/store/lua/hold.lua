-- Send nothing to a chat, or to anybody, for a while.
-- uses: clock, tally, pace
-- KEYS: `budget`, `slow:{chat}`, `slow:bot`, `tally:{day}`, spelled here.
-- ARGV: 1 now · 2 chat, or '' for the whole bot · 3 for how long (ms) · 4 Telegram refused us as too much (1/0)
-- Result: 1.
local now = clock()
hold(ARGV[2], now + ARGV[3])
if ARGV[4] == '1' then
  slow_down(ARGV[2] == '' and 'bot' or ARGV[2])
  tally(now, 'flooded')
end
return 1
