-- Claim feeds that are due and that somebody hears; what nobody hears leaves the schedule.
-- uses: clock
-- KEYS: `schedule`, `looking`, `feed:{id}:chats`, spelled here.
-- ARGV: 1 now · 2 limit · 3 lease (ms)
-- Result: the ids of the feeds claimed, the longest due first.
local now = clock()
local claimed = {}
redis.call('ZREMRANGEBYSCORE', 'looking', '-inf', now)
for _, feed in ipairs(redis.call('ZRANGEBYSCORE', 'schedule', '-inf', now, 'LIMIT', 0, ARGV[2])) do
  if redis.call('EXISTS', 'feed:' .. feed .. ':chats') == 1 then
    redis.call('ZADD', 'schedule', now + ARGV[3], feed)
    redis.call('ZADD', 'looking', now + ARGV[3], feed)
    claimed[#claimed + 1] = feed
  else
    redis.call('ZREM', 'schedule', feed)
  end
end
return claimed
