-- Note that a hub is being asked, before it is: its answer may come at any moment, to any process.
-- uses: clock, pushing
-- KEYS: `push:{id}`, `pushes`, `pushed`, `feed:{id}`, `schedule`, `looking`, spelled here.
-- ARGV: 1 now · 2 feed · 3 hub · 4 topic · 5 `subscribe` or `unsubscribe` · 6 callback · 7 secret ·
--   8 when to ask again (ms from now) unless it is verified
-- Result: 1, or 0 if another hub is wanted by now.
local feed, mode = ARGV[2], ARGV[5]
local key = 'push:' .. feed
local told = redis.call('HMGET', key, 'hub', 'topic', 'failures')
if told[1] ~= ARGV[3] or told[2] ~= ARGV[4] then return 0 end
local now = clock()
local again = string.format('%.0f', now + ARGV[8])
-- An attempt that is not verified counts as failed; after the first the lease is in doubt.
if tonumber(told[3] or 0) > 0 then distrust(feed, now) end
if mode == 'unsubscribe' then redis.call('HSET', key, 'until_ms', '0') end
redis.call('HSET', key, 'callback', ARGV[6], 'secret', ARGV[7], 'pending', mode, 'next_ms', again)
redis.call('HDEL', key, 'verified')
redis.call('HINCRBY', key, 'failures', 1)
redis.call('ZADD', 'pushes', again, feed)
return 1
