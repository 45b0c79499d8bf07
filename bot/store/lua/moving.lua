-- Shared: a feed that has moved is found by its new address and by all it had.
-- KEYS: `feeds`, `feed:{id}`, spelled here. ARGV: none of its own.
-- Result: functions only.
local function move(feed, canonical, url)
  if canonical == '' then return end
  redis.call('HSET', 'feed:' .. feed, 'url', url)
  if redis.call('HSETNX', 'feeds', canonical, feed) == 1 then
    local names = redis.call('HGET', 'feed:' .. feed, 'names')
    redis.call('HSET', 'feed:' .. feed, 'names', (names and names .. '\n' or '') .. canonical)
  end
end

-- A look that was in hand when its feed was taken back from a place has brought that place's validators: the first look
-- that ends after that leaves none, so that the next brings the whole document. Return whether it had some.
local function learnt_elsewhere(feed)
  local key = 'feed:' .. feed
  return redis.call('HDEL', key, 'taken_back') == 1 and redis.call('HDEL', key, 'validators', 'marks') > 0
end
