-- Save what looks that brought no items taught about their feeds, and when to look again.
-- uses: clock, moving
-- KEYS: `feed:{id}`, `feed:{id}:chats`, `schedule`, `looking`, `feeds`, `health`, spelled here.
-- ARGV: 1 now · 2 whether any of the looks went well (1/0)
--   3 JSON, for each feed: [feed, due (ms), [field, value …], whether it was seeded (1/0), canonical new address, new address],
--   the last two where it has moved.
-- Result: how many of the feeds are still there.
local there = 0
for _, look in ipairs(cjson.decode(ARGV[3])) do
  local feed, due, told, seeded, canonical, url = unpack(look)
  local key = 'feed:' .. feed
  redis.call('ZREM', 'looking', feed)
  if redis.call('EXISTS', key) == 1 then
    there = there + 1
    move(feed, canonical or '', url)
    redis.call('HSET', key, unpack(told))
    if learnt_elsewhere(feed) then due = clock() end
    if redis.call('HGET', key, 'seeded') ~= '1' then
      -- Whoever ended the last subscription meanwhile wants the next look to bring the whole document,
      -- and whoever has followed it since wants that look soon: what comes before it is not handed on.
      redis.call('HDEL', key, 'validators', 'marks')
      if seeded == 1 then due = clock() end
    end
    if redis.call('EXISTS', key .. ':chats') == 1 then redis.call('ZADD', 'schedule', due, feed) end
  end
end
if ARGV[2] == '1' then redis.call('HSET', 'health', 'look', clock()) end
return there
