-- Claim feeds that are due and that somebody hears; what nobody hears leaves the schedule.
-- uses: clock, record
-- KEYS: `schedule`, `looking`, `resting`, `feed:{id}`, its `:chats`, spelled here.
-- ARGV: 1 now · 2 limit · 3 lease (ms)
-- Result: {now, when the next feed is due that was not claimed (ms) or -1,
--   {host, until when it is left in peace (ms), host …}, feed, its record (lua/record.lua), feed …}, the longest due first.
local now = clock()
redis.call('ZREMRANGEBYSCORE', 'looking', '-inf', now)
redis.call('ZREMRANGEBYSCORE', 'resting', '-inf', now)
local claimed = {now, -1, redis.call('ZRANGE', 'resting', 0, -1, 'WITHSCORES')}
for _, feed in ipairs(redis.call('ZRANGEBYSCORE', 'schedule', '-inf', now, 'LIMIT', 0, ARGV[2])) do
  if redis.call('EXISTS', 'feed:' .. feed .. ':chats') == 1 then
    redis.call('ZADD', 'schedule', now + ARGV[3], feed)
    redis.call('ZADD', 'looking', now + ARGV[3], feed)
    claimed[#claimed + 1] = feed
    claimed[#claimed + 1] = record(feed)
  else
    redis.call('ZREM', 'schedule', feed)
  end
end
local first = redis.call('ZRANGE', 'schedule', 0, 0, 'WITHSCORES')
if first[2] then claimed[2] = tonumber(first[2]) end
return claimed
