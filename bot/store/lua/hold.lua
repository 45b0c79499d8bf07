-- Send nothing to a chat, or to anybody, for a while.
-- uses: clock, pace
-- KEYS: `budget`, spelled here.
-- ARGV: 1 now · 2 chat, or '' for the whole bot · 3 for how long (ms)
-- Result: 1.
hold(ARGV[2], clock() + ARGV[3])
return 1
