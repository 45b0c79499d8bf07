-- Let a feed be looked at where it was before it moved, at once and without validators.
-- uses: clock, moving
-- KEYS: `feed:{id}`, `feed:{id}:chats`, `schedule`, `feeds`, spelled here.
-- ARGV: 1 now · 2 feed · 3 the address it is at · 4 canonical former address · 5 former address · 6 marks of addresses it is not to move to
-- Result: 1, or 0 if it is gone, or at another address by now.
local feed = ARGV[2]
local key = 'feed:' .. feed
if redis.call('HGET', key, 'url') ~= ARGV[3] then return 0 end
move(feed, ARGV[4], ARGV[5])
redis.call('HSET', key, 'unmoved', ARGV[6])
redis.call('HDEL', key, 'validators', 'marks')
if redis.call('EXISTS', key .. ':chats') == 1 then
  redis.call('ZADD', 'schedule', 'LT', clock(), feed)
end
return 1
