-- Note that something has just gone well.
-- uses: clock
-- KEYS: `health`, spelled here.
-- ARGV: 1 now · 2 what
-- Result: 1.
redis.call('HSET', 'health', ARGV[2], clock())
return 1
