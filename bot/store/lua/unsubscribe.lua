-- End a subscription in both directions, and drop what waits from that feed.
-- uses: clock, pushing, leaving
-- KEYS: `feed:{id}` and its five, `chat:{id}:feeds`, `lane:{chat}` and its three, `schedule`, `push:{id}`, `pushes`, `pushed`, spelled here.
-- ARGV: 1 now · 2 chat · 3 feed · 4 lifetime of a feed that nobody hears (ms)
-- Result: 1, or 0 if there was none.
local chat, feed = ARGV[2], ARGV[3]
local lane, mine = 'lane:' .. chat, feed .. '.'
local was = leave(chat, feed, ARGV[4])
for _, item in ipairs(redis.call('ZRANGE', lane, 0, -1)) do
  if string.sub(item, 1, #mine) == mine then
    redis.call('ZREM', lane, item)
    for _, part in ipairs({':notes', ':tries', ':doubts'}) do redis.call('HDEL', lane .. part, item) end
  end
end
return was
