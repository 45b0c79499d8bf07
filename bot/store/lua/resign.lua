-- Give up a role, if one has it.
-- KEYS: `leader:{name}`, spelled here.
-- ARGV: 1 now · 2 name · 3 holder
-- Result: 1, or 0 if it was another's.
local key = 'leader:' .. ARGV[2]
if redis.call('GET', key) ~= ARGV[3] then return 0 end
return redis.call('DEL', key)
