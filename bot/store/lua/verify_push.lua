-- A hub asks whether we have asked: agree only to what we asked for last, and still want.
-- uses: clock, pushing
-- KEYS: `push:{id}`, `pushes`, `pushed`, `feed:{id}`, `schedule`, spelled here.
-- ARGV: 1 now · 2 feed · 3 callback · 4 topic · 5 `subscribe` or `unsubscribe` · 6 lease (ms) · 7 when to renew (ms from now)
-- Result: 1 for yes, 0 for no.
local feed, mode = ARGV[2], ARGV[5]
local key = 'push:' .. feed
local told = redis.call('HMGET', key, 'callback', 'topic', 'pending', 'wanted')
local wanted = mode == 'subscribe' and '1' or '0'
if told[1] ~= ARGV[3] or told[2] ~= ARGV[4] or told[3] ~= mode or told[4] ~= wanted then return 0 end
if mode == 'unsubscribe' then
  distrust(feed)
  redis.call('DEL', key)
  redis.call('ZREM', 'pushes', feed)
  return 1
end
local now = clock()
local renew = string.format('%.0f', now + ARGV[7])
redis.call('HSET', key, 'until_ms', string.format('%.0f', now + ARGV[6]), 'next_ms', renew, 'verified', '1')
redis.call('HDEL', key, 'failures')
redis.call('ZADD', 'pushes', renew, feed)
trust(now, feed)
return 1
