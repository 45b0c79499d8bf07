-- End a subscription in both directions, and drop what waits from that feed.
-- KEYS: `feed:{id}` and its five, `chat:{id}:feeds`, `lane:{chat}` and its two, `schedule`, spelled here.
-- ARGV: 1 now · 2 chat · 3 feed · 4 lifetime of a feed that nobody hears (ms)
-- Result: 1, or 0 if there was none.
local chat, feed = ARGV[2], ARGV[3]
local key, lane = 'feed:' .. feed, 'lane:' .. chat
local was = redis.call('HDEL', key .. ':chats', chat)
redis.call('HDEL', 'chat:' .. chat .. ':feeds', feed)
local mine = feed .. '.'
for _, item in ipairs(redis.call('ZRANGE', lane, 0, -1)) do
  if string.sub(item, 1, #mine) == mine then
    redis.call('ZREM', lane, item)
    redis.call('HDEL', lane .. ':notes', item)
    redis.call('HDEL', lane .. ':tries', item)
  end
end
if was == 1 and redis.call('EXISTS', key .. ':chats') == 0 then
  redis.call('ZREM', 'schedule', feed)
  redis.call('HSET', key, 'seeded', '0')
  redis.call('HDEL', key, 'etag', 'modified', 'body_hash')
  for _, one in ipairs({key, key .. ':seen:a', key .. ':seen:b'}) do
    redis.call('PEXPIRE', one, ARGV[4])
  end
end
return was
