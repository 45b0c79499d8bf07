-- Note a message of a chat, which is none that is in doubt.
-- uses: clock, tally, pace, turn
-- KEYS: `tops`, `known:{chat}`, spelled here.
-- ARGV: 1 now · 2 chat · 3 message id
-- Result: 1.
note_known(ARGV[2], ARGV[3])
return 1
