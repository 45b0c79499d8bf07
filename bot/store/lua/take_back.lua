-- Let a feed be looked at where it was before it moved, at once and without validators.
-- uses: clock, moving
-- KEYS: `feed:{id}`, `feed:{id}:chats`, `schedule`, `feeds`, spelled here.
-- ARGV: 1 now · 2 feed · 3 the address it is at · 4 the same, canonical · 5 former address · 6 the same, canonical
--   7 marks of addresses it is not to move to
-- Result: 1, or 0 if it is gone, or at another address by now.
local feed, at = ARGV[2], ARGV[4]
local key = 'feed:' .. feed
if redis.call('HGET', key, 'url') ~= ARGV[3] then return 0 end
-- Whoever subscribes to that address means another feed.
if at ~= ARGV[6] and redis.call('HGET', 'feeds', at) == feed then
  redis.call('HDEL', 'feeds', at)
  local names = {}
  for name in string.gmatch(redis.call('HGET', key, 'names') or '', '[^\n]+') do
    if name ~= at then names[#names + 1] = name end
  end
  redis.call('HSET', key, 'names', table.concat(names, '\n'))
end
move(feed, ARGV[6], ARGV[5])
redis.call('HSET', key, 'unmoved', ARGV[7], 'taken_back', '1')
redis.call('HDEL', key, 'validators', 'marks')
if redis.call('EXISTS', key .. ':chats') == 1 then
  redis.call('ZADD', 'schedule', 'LT', clock(), feed)
end
return 1
