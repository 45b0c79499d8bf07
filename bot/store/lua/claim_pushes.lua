-- Hand out feeds whose hub is to be asked something now; what is over leaves for good.
-- uses: clock, pushing
-- KEYS: `pushes`, `push:{id}`, `feed:{id}:chats`, `feed:{id}`, `pushed`, `schedule`, spelled here.
-- ARGV: 1 now · 2 limit · 3 lease (ms)
-- Result: {{feed, hub, topic, callback or '', secret or '', wanted or not ('1', '0'), failures} …}, the longest due first.
local now = clock()
local claimed = {}
for _, feed in ipairs(redis.call('ZRANGEBYSCORE', 'pushes', '-inf', now, 'LIMIT', 0, ARGV[2])) do
  local key = 'push:' .. feed
  if redis.call('EXISTS', 'feed:' .. feed .. ':chats') == 0 then unwant_push(feed, now) end
  local told = redis.call('HMGET', key, 'hub', 'topic', 'callback', 'secret', 'wanted', 'failures', 'pending')
  if not told[1] or (told[5] == '0' and told[7] == 'unsubscribe') then
    -- Never asked, or asked to end and silent: its lease ends by itself.
    redis.call('DEL', key)
    redis.call('ZREM', 'pushes', feed)
  else
    redis.call('ZADD', 'pushes', now + ARGV[3], feed)
    claimed[#claimed + 1] = {feed, told[1], told[2], told[3] or '', told[4] or '', told[5], tonumber(told[6] or 0)}
  end
end
return claimed
