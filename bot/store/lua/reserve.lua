-- Take messages, or an edit, of a chat's and the bot's budget, ahead of all news.
-- uses: clock, pace, rewind
-- KEYS: `meta` and what lies ahead by the clock, `budget`, `window`, `minute:{chat}`, `slow:{chat}`, `slow:bot`, spelled here.
-- ARGV: 1 now · 2 chat · 3 messages, sent at once · 4 a word never used before · 5 messages in a window · 6 the window (ms)
--   7 what for: '' · 'edit' · 'beside', it goes with a message that was claimed · 8 the longest wait (ms) that is of use
-- Result: ms until it may be sent; more than the longest takes nothing.
local now, chat, edit, longest = clock(), ARGV[2], ARGV[7] == 'edit', tonumber(ARGV[8])
local most, window_ms = most_of(ARGV[5]), tonumber(ARGV[6])
rewind(now)
local cost = math.min(tonumber(ARGV[3]), most)
local may = edit and edit_allowed_at or ARGV[7] == 'beside' and allowed_beside_at or allowed_at
local at = math.max(now, may(chat, cost), at_of('bot'))
while at - now <= longest do
  local from, to = '(' .. (at - window_ms), '(' .. (at + window_ms)
  local over = redis.call('ZCOUNT', 'window', from, to) + cost - most
  if over <= 0 then
    if edit then spend_edit(chat, at, ARGV[4]) else spend(chat, at, cost, ARGV[4]) end
    break
  end
  local leaves = redis.call('ZRANGEBYSCORE', 'window', from, to, 'WITHSCORES', 'LIMIT', over - 1, 1)
  at = leaves[2] + window_ms
end
return at - now
