-- Save what looks that brought no items taught about their feeds, and when to look again.
-- uses: clock, moving
-- KEYS: `feed:{id}`, `feed:{id}:chats`, `schedule`, `looking`, `feeds`, `health`, spelled here.
-- ARGV: 1 now · 2 whether any of the looks went well (1/0)
--   then for each feed: feed · due (ms) · canonical new address or '' · new address · number of field arguments · those: name, value …
-- Result: how many of the feeds are still there.
local at, there = 3, 0
while at <= #ARGV do
  local feed, due, count = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 4])
  local key = 'feed:' .. feed
  redis.call('ZREM', 'looking', feed)
  if redis.call('EXISTS', key) == 1 then
    there = there + 1
    move(feed, ARGV[at + 2], ARGV[at + 3])
    if count > 0 then redis.call('HSET', key, unpack(ARGV, at + 5, at + 4 + count)) end
    if redis.call('HGET', key, 'seeded') ~= '1' then
      -- Whoever ended the last subscription meanwhile wants the next look to bring the whole document.
      redis.call('HDEL', key, 'validators', 'marks')
    end
    if redis.call('EXISTS', key .. ':chats') == 1 then redis.call('ZADD', 'schedule', due, feed) end
  end
  at = at + 5 + count
end
if ARGV[2] == '1' then redis.call('HSET', 'health', 'look', clock()) end
return there
