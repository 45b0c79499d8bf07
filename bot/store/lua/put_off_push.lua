-- Note that a hub did not take what it was asked: it is not trusted, and asked again later.
-- uses: clock, pushing
-- KEYS: `push:{id}`, `pushes`, `pushed`, `feed:{id}`, `schedule`, `looking`, spelled here.
-- ARGV: 1 now · 2 feed · 3 callback · 4 when to ask again (ms from now)
-- Result: 1, or 0 if it has verified that meanwhile, or another hub is wanted.
local feed = ARGV[2]
local key = 'push:' .. feed
local told = redis.call('HMGET', key, 'callback', 'verified')
if told[1] ~= ARGV[3] or told[2] then return 0 end
local now = clock()
local again = string.format('%.0f', now + ARGV[4])
distrust(feed, now)
redis.call('HSET', key, 'next_ms', again)
redis.call('ZADD', 'pushes', again, feed)
return 1
