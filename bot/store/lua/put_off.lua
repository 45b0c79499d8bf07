-- Give back claims of feeds that were not looked at.
-- KEYS: `schedule`, `looking`, spelled here.
-- ARGV: 1 now · 2… feed, due (ms), feed …
-- Result: 1.
for at = 2, #ARGV, 2 do
  redis.call('ZREM', 'looking', ARGV[at])
  redis.call('ZADD', 'schedule', 'XX', ARGV[at + 1], ARGV[at])
end
return 1
