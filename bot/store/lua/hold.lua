-- Send nothing to a chat, or to anybody, before a time.
-- uses: pace
-- KEYS: `budget`, spelled here.
-- ARGV: 1 now · 2 chat, or '' for the whole bot · 3 until (ms)
-- Result: 1.
hold(ARGV[2], tonumber(ARGV[3]))
return 1
