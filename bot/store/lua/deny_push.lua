-- A hub will not push, or not any more: poll, and ask again much later.
-- uses: clock, pushing
-- KEYS: `push:{id}`, `pushes`, `pushed`, `feed:{id}`, `schedule`, `looking`, spelled here.
-- ARGV: 1 now · 2 feed · 3 callback · 4 topic · 5 when to ask again (ms from now)
-- Result: 1, or 0 if this is about no subscription of ours.
local feed = ARGV[2]
local key = 'push:' .. feed
local told = redis.call('HMGET', key, 'callback', 'topic', 'wanted', 'verified')
if told[1] ~= ARGV[3] or told[2] ~= ARGV[4] then return 0 end
local now = clock()
distrust(feed, now)
if told[3] ~= '1' then
  redis.call('DEL', key)
  redis.call('ZREM', 'pushes', feed)
  return 1
end
local again = string.format('%.0f', now + ARGV[5])
-- An attempt was counted when it was made; what is denied after it was granted counts, too.
if told[4] then redis.call('HINCRBY', key, 'failures', 1) end
redis.call('HSET', key, 'until_ms', '0', 'pending', '', 'next_ms', again)
redis.call('HDEL', key, 'verified')
redis.call('ZADD', 'pushes', again, feed)
return 1
