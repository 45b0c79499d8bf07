-- End all leases: whoever held them is known to be dead. Run once at a start, it may look at everything.
-- uses: clock, tally, pace, turn
-- KEYS: `leaders`, `looking`, `schedule`, `edits`, `ready`, `lease:{chat}`, `lane:{chat}:doubts` and what a turn looks at, spelled here.
-- ARGV: 1 now
-- Result: how many leases on chats and feeds there were.
local now, ended = clock(), 0
redis.call('DEL', 'leaders')
for _, feed in ipairs(redis.call('ZRANGE', 'looking', 0, -1)) do
  redis.call('ZADD', 'schedule', 'XX', 'LT', now, feed)
  ended = ended + 1
end
redis.call('DEL', 'looking')
for _, edit in ipairs(redis.call('ZRANGE', 'edits', 0, -1)) do redis.call('ZADD', 'edits', 'XX', 'LT', now, edit) end

local function release(chat)
  doubt_lease(chat)
  if redis.call('DEL', 'lease:' .. chat) == 1 then
    next_turn(chat, now)
    ended = ended + 1
  end
end

for _, chat in ipairs(redis.call('ZRANGE', 'ready', 0, -1)) do apart({}, chat, release) end
return ended
