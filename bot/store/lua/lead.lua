-- Take or renew a role that only one may have.
-- KEYS: `leader:{name}`, spelled here.
-- ARGV: 1 now · 2 name · 3 holder · 4 lease (ms)
-- Result: 1, or 0 if another holds it.
local key = 'leader:' .. ARGV[2]
local holder = redis.call('GET', key)
if holder and holder ~= ARGV[3] then return 0 end
redis.call('SET', key, ARGV[3], 'PX', ARGV[4])
return 1
