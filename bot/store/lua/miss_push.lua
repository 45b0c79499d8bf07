-- A poll found what the hub should have pushed; when that has happened often enough, the hub is not trusted for a while.
-- uses: clock, pushing
-- KEYS: `push:{id}`, `pushes`, `pushed`, `feed:{id}`, `schedule`, `looking`, spelled here.
-- ARGV: 1 now · 2 feed · 3 how often is enough · 4 for how long (ms)
-- Result: 1 if it is not trusted from now on, else 0.
local feed = ARGV[2]
local key = 'push:' .. feed
local now = clock()
if tonumber(redis.call('HGET', key, 'until_ms') or 0) <= now then return 0 end
if redis.call('HINCRBY', key, 'missed', 1) < tonumber(ARGV[3]) then return 0 end
local again = string.format('%.0f', now + ARGV[4])
redis.call('HDEL', key, 'missed')
redis.call('HSET', key, 'doubt_ms', again, 'next_ms', again)
-- It may have forgotten us: it is asked anew when the time is over.
redis.call('ZADD', 'pushes', again, feed)
-- The look that found it may have been paced by the trust that ends here.
distrust(feed, now + 600000)
return 1
