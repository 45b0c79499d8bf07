-- Keep claims on feeds for longer.
-- uses: clock
-- KEYS: `schedule`, `looking`, spelled here.
-- ARGV: 1 now · 2 lease (ms) · 3… feeds
-- Result: 1.
local till = clock() + ARGV[2]
for at = 3, #ARGV do
  if redis.call('ZSCORE', 'looking', ARGV[at]) then
    redis.call('ZADD', 'looking', till, ARGV[at])
    redis.call('ZADD', 'schedule', 'XX', till, ARGV[at])
  end
end
return 1
