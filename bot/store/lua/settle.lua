-- Note that a claimed item was sent, and let the chat's next one follow.
-- uses: clock, tally, pace, turn
-- KEYS: `lane:{chat}` and its three, `lease:{chat}`, `sent:{chat}`, `pieces:{chat}`, `hits:{chat}`, `known:{chat}`, `tops`,
--   `told:{chat}`, `chat:{id}`, `ready`, `budget`, `window`, `minute:{chat}`, `slow:{chat}`, `slow:bot`, `moved`, `tally:{day}`, spelled here.
-- ARGV: 1 now · 2 chat · 3 item · 4 token · 5 message id · 6 messages beyond the first · 7 sent items kept
--   8 their lifetime (ms) · 9 how long ago its call began (ms), or '' · 10 it was found there, not sent now (1/0)
--   11 lifetime of stories (ms) · 12 which of the item's messages it is, from 0 · 13 ids of an album's other messages
--   then its stories …
-- Result: 1, or 0 if the claim was another's by now; that the item was sent is noted all the same.
local STORIES_KEPT = 2000
local now, chat, item, token, extra = clock(), present(ARGV[2]), ARGV[3], ARGV[4], tonumber(ARGV[6])
local held = holds_lease(chat, token)
if held then redis.call('DEL', 'lease:' .. chat) end
local hits = redis.call('HGET', 'lane:' .. chat .. ':notes', item)
if hits then keep_hits(chat, item, hits, ARGV[8]) end
take_from_lane(chat, item)
-- A message of the chat before it migrated is none of what it is now.
local message = chat == ARGV[2] and ARGV[5] or '0'
local first = string.match(pieces_of(chat, item), '^%d+')
if first then
  add_piece(chat, item, message, tonumber(ARGV[12]), ARGV[8])
  if message ~= '0' then note_known(chat, message) end
  if redis.call('HGET', 'pieces:' .. chat, 'open') == item then redis.call('HDEL', 'pieces:' .. chat, 'open') end
end
note_sent(chat, item, first or message, ARGV[7], ARGV[8])
for other in string.gmatch(chat == ARGV[2] and ARGV[13] or '', '%d+') do note_known(chat, other) end
tally(now, ARGV[10] == '1' and 'found' or 'sent')
if #ARGV > 13 then
  local told = 'told:' .. chat
  for at = 14, #ARGV do redis.call('ZADD', told, now, ARGV[at]) end
  redis.call('ZREMRANGEBYSCORE', told, '-inf', now - ARGV[11])
  redis.call('ZREMRANGEBYRANK', told, 0, -STORIES_KEPT - 1)
  redis.call('PEXPIRE', told, ARGV[11])
end
arrived(chat, token, now, tonumber(ARGV[9]))
if extra > 0 then spend(chat, now, extra, token .. '+') end
recover(chat, 0.15)
recover('bot', 0.01)
if not held then return 0 end
next_turn(chat, now)
return 1
