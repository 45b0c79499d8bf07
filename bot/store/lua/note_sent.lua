-- Note that an item was sent outside the lane.
-- uses: clock, tally, pace, turn
-- KEYS: `sent:{chat}`, `known:{chat}`, `tops`, `lane:{chat}` and its three, spelled here.
-- ARGV: 1 now · 2 chat · 3 item · 4 message id · 5 sent items kept · 6 their lifetime (ms)
-- Result: 1.
note_sent(ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
take_from_lane(ARGV[2], ARGV[3])
return 1
