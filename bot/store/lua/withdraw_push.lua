-- Note that a feed names no hub any more; the hub is told after a while, since some feeds do so by turns.
-- uses: clock, pushing
-- KEYS: `push:{id}`, `pushes`, `pushed`, `feed:{id}`, `schedule`, spelled here.
-- ARGV: 1 now · 2 feed
-- Result: 1.
unwant_push(ARGV[2], clock() + CHANGE_MS)
return 1
