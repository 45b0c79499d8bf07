-- End all leases: whoever held them is known to be dead. Run once at a start, it may look at everything.
-- uses: clock, pace, turn
-- KEYS: `leaders`, `looking`, `schedule`, `ready`, `lease:{chat}` and what a turn looks at, spelled here.
-- ARGV: 1 now
-- Result: how many leases on chats and feeds there were.
local now, ended = clock(), 0
redis.call('DEL', 'leaders')
for _, feed in ipairs(redis.call('ZRANGE', 'looking', 0, -1)) do
  redis.call('ZADD', 'schedule', 'XX', 'LT', now, feed)
  ended = ended + 1
end
redis.call('DEL', 'looking')
for _, chat in ipairs(redis.call('ZRANGE', 'ready', 0, -1)) do
  if redis.call('DEL', 'lease:' .. chat) == 1 then
    next_turn(chat, now)
    ended = ended + 1
  end
end
return ended
