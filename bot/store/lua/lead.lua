-- Take or renew a role that only one may have.
-- uses: clock
-- KEYS: `leaders`, spelled here.
-- ARGV: 1 now · 2 name · 3 holder · 4 lease (ms)
-- Result: 1, or 0 if another holds it.
local now, name, holder = clock(), ARGV[2], ARGV[3]
local held = redis.call('HGET', 'leaders', name)
local till, by = string.match(held or '', '^(%d+) (.*)$')
-- A lease that ends later than one taken now would is of a clock that was set back since.
if by and by ~= holder and tonumber(till) > now and tonumber(till) <= now + ARGV[4] then return 0 end
redis.call('HSET', 'leaders', name, string.format('%d %s', now + ARGV[4], holder))
return 1
