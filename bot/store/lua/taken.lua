-- What a hub has pushed is taken in: the feed is looked at when it was to be before, unless another time was set meanwhile.
-- KEYS: `push:{id}`, `feed:{id}:chats`, `schedule`, spelled here.
-- ARGV: 1 now · 2 feed
-- Result: 1.
local feed = ARGV[2]
local key = 'push:' .. feed
local told = redis.call('HMGET', key, 'net_ms', 'was_ms')
-- What was found by asking the feed because the hub said so is no miss of the hub's.
redis.call('HDEL', key, 'net_ms', 'was_ms', 'missed')
local due = tonumber(redis.call('ZSCORE', 'schedule', feed) or -1)
if due == tonumber(told[1] or 0) and tonumber(told[2] or 0) > 0 then redis.call('ZADD', 'schedule', told[2], feed) end
return 1
