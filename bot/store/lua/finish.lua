-- Save what a look that brought no items taught about a feed, and when to look again.
-- uses: moving
-- KEYS: `feed:{id}`, `feed:{id}:chats`, `schedule`, `looking`, `feeds`, spelled here.
-- ARGV: 1 now · 2 feed · 3 due (ms) · 4 canonical new address or '' · 5 new address · 6… fields: name, value …
-- Result: 1, or 0 if the feed is gone.
local feed = ARGV[2]
local key = 'feed:' .. feed
redis.call('ZREM', 'looking', feed)
if redis.call('EXISTS', key) == 0 then return 0 end
move(feed, ARGV[4], ARGV[5])
redis.call('HSET', key, unpack(ARGV, 6))
if redis.call('HGET', key, 'seeded') ~= '1' then
  -- Whoever ended the last subscription meanwhile wants the next look to bring the whole document.
  redis.call('HDEL', key, 'etag', 'modified', 'body_hash')
end
if redis.call('EXISTS', key .. ':chats') == 1 then
  redis.call('ZADD', 'schedule', ARGV[3], feed)
end
return 1
