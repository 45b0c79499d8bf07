-- Take messages of a chat's and the bot's budget for a reply, ahead of all news.
-- uses: clock, pace
-- KEYS: `budget`, `window`, spelled here.
-- ARGV: 1 now · 2 chat · 3 messages · 4 a word never used before · 5 messages in a window · 6 the window (ms)
-- Result: ms until the reply may be sent; more than a minute takes nothing.
local now, chat, cost = clock(), ARGV[2], tonumber(ARGV[3])
local most, window_ms = tonumber(ARGV[5]), tonumber(ARGV[6])
local at = math.max(now, allowed_at(chat), tonumber(redis.call('ZSCORE', 'budget', 'bot') or 0))
if at - now > 60000 then return at - now end

local starts
for one = 1, cost do
  while true do
    local from, to = '(' .. (at - window_ms), '(' .. (at + window_ms)
    local used = redis.call('ZCOUNT', 'window', from, to)
    if used < most then break end
    local leaves = redis.call('ZRANGEBYSCORE', 'window', from, to, 'WITHSCORES', 'LIMIT', used - most, 1)
    at = leaves[2] + window_ms
  end
  redis.call('ZADD', 'window', at, ARGV[4] .. ':' .. one)
  starts = starts or at
end
redis.call('PEXPIRE', 'window', 3600000)
charge(chat, starts, cost)
return starts - now
