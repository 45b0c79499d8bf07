-- Find a feed by its canonical address, or make it, unseeded.
-- KEYS: `feeds`, `feed:{id}`, `feed:{id}:chats`, `schedule`, spelled here.
-- ARGV: 1 now · 2 canonical address · 3 id if new · 4 address · 5 due (ms) or '' · 6 lifetime while unheard (ms)
-- Result: the feed's id.
local canonical, feed, url, due = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local known = redis.call('HGET', 'feeds', canonical)
if known and redis.call('EXISTS', 'feed:' .. known) == 1 then
  feed = known
else
  redis.call('HSET', 'feeds', canonical, feed)
  if redis.call('EXISTS', 'feed:' .. feed) == 0 then
    redis.call('HSET', 'feed:' .. feed, 'url', url, 'seeded', '0', 'names', canonical)
    redis.call('PEXPIRE', 'feed:' .. feed, ARGV[6])
  end
end
if due ~= '' and redis.call('EXISTS', 'feed:' .. feed .. ':chats') == 1 then
  redis.call('ZADD', 'schedule', 'LT', due, feed)
end
return feed
