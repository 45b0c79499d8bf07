-- Give up a role.
-- KEYS: `leaders`, spelled here.
-- ARGV: 1 now · 2 name · 3 holder
-- Result: 1, or 0 if another holds it.
local by = string.match(redis.call('HGET', 'leaders', ARGV[2]) or '', '^%d+ (.*)$')
if by ~= ARGV[3] then return 0 end
redis.call('HDEL', 'leaders', ARGV[2])
return 1
