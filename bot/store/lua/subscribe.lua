-- Note a subscription in both directions and make its feed due.
-- uses: clock, pushing
-- KEYS: `feed:{id}` and its five, `chat:{id}:feeds`, `schedule`, `push:{id}`, `pushes`, `pushed`, spelled here.
-- ARGV: 1 now · 2 chat · 3 feed · 4 since (ms) · 5 subscription (JSON)
-- Result: 1 new, 0 there was one, -1 the feed is not known.
local chat, feed = ARGV[2], ARGV[3]
local key = 'feed:' .. feed
if redis.call('EXISTS', key) == 0 then return -1 end
if redis.call('HSETNX', key .. ':chats', chat, ARGV[5]) == 0 then return 0 end
redis.call('HSET', 'chat:' .. chat .. ':feeds', feed, ARGV[4])
redis.call('PERSIST', key)
redis.call('PERSIST', key .. ':seen:a')
redis.call('PERSIST', key .. ':seen:b')
redis.call('ZADD', 'schedule', 'LT', clock(), feed)
local is_json, about = pcall(cjson.decode, redis.call('HGET', key, 'about') or '')
if is_json and (about[4] or '') ~= '' and redis.call('HGET', 'push:' .. feed, 'wanted') ~= '1' then
  -- The hub was left when nobody heard the feed any more; its document is no news of it.
  want_push(clock(), feed, about[4], about[5] or '')
end
return 1
