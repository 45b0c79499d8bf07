-- Put another value into the field of a hash, if what stands there is still what was read.
-- KEYS: 1 the hash.
-- ARGV: 1 now · 2 field · 3 what was read, '' where there was no such field · 4 what is to stand there
-- Result: 1, or 0 if something else stands there now, or the hash is gone.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if (redis.call('HGET', KEYS[1], ARGV[2]) or '') ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[4])
return 1
