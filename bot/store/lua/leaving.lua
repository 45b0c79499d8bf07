-- Shared: a chat that leaves a feed; one that nobody hears any more is no longer looked at, nor pushed. After `pushing`.
-- KEYS: `feed:{id}` and its five, `chat:{id}:feeds`, `schedule`, `push:{id}`, `pushes`, `pushed`, spelled here. ARGV: none of its own.
-- Result: functions only.
local function leave(chat, feed, unheard_ms)
  local key = 'feed:' .. feed
  local was = redis.call('HDEL', key .. ':chats', chat)
  redis.call('HDEL', 'chat:' .. chat .. ':feeds', feed)
  if was == 1 and redis.call('EXISTS', key .. ':chats') == 0 then
    redis.call('ZREM', 'schedule', feed)
    unwant_push(feed, 0)
    redis.call('HSET', key, 'seeded', '0')
    redis.call('HDEL', key, 'validators', 'marks')
    for _, one in ipairs({key, key .. ':seen:a', key .. ':seen:b'}) do redis.call('PEXPIRE', one, unheard_ms) end
  end
  return was
end
