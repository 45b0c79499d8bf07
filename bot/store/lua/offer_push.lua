-- Note that a feed names a hub.
-- uses: clock, pushing
-- KEYS: `push:{id}`, `pushes`, `pushed`, `feed:{id}`, `schedule`, spelled here.
-- ARGV: 1 now · 2 feed · 3 hub · 4 topic
-- Result: 1.
want_push(clock(), ARGV[2], ARGV[3], ARGV[4])
return 1
