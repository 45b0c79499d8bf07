-- Drop a feed and all that is known of it, from every chat that hears it too.
-- uses: clock, pushing
-- KEYS: `feeds`, `schedule`, `feed:{id}` and its seven, `chat:{id}:feeds`, `push:{id}`, `pushes`, `pushed`, spelled here.
-- ARGV: 1 now · 2 feed
-- Result: 1.
local feed = ARGV[2]
local key = 'feed:' .. feed
for name in string.gmatch(redis.call('HGET', key, 'names') or '', '[^\n]+') do
  if redis.call('HGET', 'feeds', name) == feed then redis.call('HDEL', 'feeds', name) end
end
for _, chat in ipairs(redis.call('HKEYS', key .. ':chats')) do
  redis.call('HDEL', 'chat:' .. chat .. ':feeds', feed)
end
redis.call('ZREM', 'schedule', feed)
unwant_push(feed, 0)
redis.call('DEL', key, key .. ':chats', key .. ':items', key .. ':prints', key .. ':words:a', key .. ':words:b',
  key .. ':seen:a', key .. ':seen:b')
return 1
