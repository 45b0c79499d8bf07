-- Note that one message of an item that takes several was sent; the next follows in the chat's next turn, before all else.
-- uses: clock, tally, pace, turn
-- KEYS: `pieces:{chat}`, `lane:{chat}`, its tries and doubts, `lease:{chat}`, `known:{chat}`, `tops`, `chat:{id}`, `ready`,
--   `budget`, `window`, `minute:{chat}`, `slow:{chat}`, `slow:bot`, `moved`, spelled here.
-- ARGV: 1 now · 2 chat · 3 item · 4 token · 5 message id · 6 which of the item's messages it is, from 0
--   7 their lifetime (ms) · 8 how long ago its call began (ms), or ''
-- Result: 1, or 0 if the claim was another's by now; that the message was sent is noted all the same.
local now, chat, item = clock(), present(ARGV[2]), ARGV[3]
local message = chat == ARGV[2] and ARGV[5] or '0'
add_piece(chat, item, message, tonumber(ARGV[6]), ARGV[7])
redis.call('HSET', 'pieces:' .. chat, 'open', item)
if message ~= '0' then note_known(chat, message) end
arrived(chat, ARGV[4], now, tonumber(ARGV[8]))
recover(chat, 0.15)
recover('bot', 0.01)
if not holds_lease(chat, ARGV[4]) then return 0 end
redis.call('DEL', 'lease:' .. chat)
redis.call('HDEL', 'lane:' .. chat .. ':tries', item)
redis.call('HDEL', 'lane:' .. chat .. ':doubts', item)
next_turn(chat, now)
return 1
