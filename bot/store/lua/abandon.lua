-- Forget the chats that have been lost for long: what they heard, what waited for them, what they were sent.
-- uses: clock, pushing, leaving, rules
-- KEYS: `lost`, `chats`, `usernames`, `ready`, `tops`, `chat:{id}` and its two, `lane:{chat}` and its three, `lease:{chat}`,
--   `sent:{chat}`, `pieces:{chat}`, `known:{chat}`, `told:{chat}`, `parked:{chat}`, `filtered:{chat}`, `hits:{chat}`, `cooling:{chat}`, `owned:{user}`, `feed:{id}` and its four,
--   `schedule`, `push:{id}`, `pushes`, `pushed`, `meta`, `rules`, spelled here.
-- ARGV: 1 now · 2 for how long (ms) they were kept · 3 at most so many · 4 lifetime of a feed that nobody hears (ms)
-- Result: their ids.
local now = clock()
local gone = redis.call('ZRANGEBYSCORE', 'lost', '-inf', now - ARGV[2], 'LIMIT', 0, ARGV[3])
for _, chat in ipairs(gone) do
  for _, feed in ipairs(redis.call('HKEYS', 'chat:' .. chat .. ':feeds')) do leave(chat, feed, ARGV[4]) end
  local name = string.lower(redis.call('HGET', 'chat:' .. chat, 'username') or '')
  if redis.call('HGET', 'usernames', name) == chat then redis.call('HDEL', 'usernames', name) end
  local owner = redis.call('HGET', 'chat:' .. chat, 'owner') or ''
  if owner ~= '' then redis.call('SREM', 'owned:' .. owner, chat) end
  for _, kind in ipairs({'lease', 'sent', 'pieces', 'known', 'told', 'parked', 'filtered', 'hits', 'cooling'}) do redis.call('DEL', kind .. ':' .. chat) end
  for _, part in ipairs({'', ':notes', ':tries', ':doubts'}) do redis.call('DEL', 'lane:' .. chat .. part) end
  if redis.call('EXISTS', 'chat:' .. chat .. ':alerts') == 1 then rules_changed(chat) end
  for _, part in ipairs({'', ':feeds', ':alerts'}) do redis.call('DEL', 'chat:' .. chat .. part) end
  redis.call('SREM', 'chats', chat)
  redis.call('HDEL', 'tops', chat)
  redis.call('ZREM', 'ready', chat)
  redis.call('ZREM', 'lost', chat)
end
return gone
