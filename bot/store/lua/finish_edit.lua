-- Note what became of an edit; one that was laid again meanwhile is due again.
-- uses: clock, tally
-- KEYS: `edits`, `edits:notes`, `editing:{chat}`, `tally:{day}`, spelled here.
-- ARGV: 1 now · 2 chat · 3 item · 4 note as claimed · 5 ms until it is tried again, or '' for never · 6 it was done (1/0)
-- Result: 1.
local now, edit = clock(), ARGV[2] .. ' ' .. ARGV[3]
if string.match(redis.call('GET', 'editing:' .. ARGV[2]) or '', '^%d+ (.*)$') == edit then
  redis.call('DEL', 'editing:' .. ARGV[2])
end
if ARGV[6] == '1' then tally(now, 'edited') end
if redis.call('HGET', 'edits:notes', edit) ~= ARGV[4] then
  redis.call('ZADD', 'edits', 'XX', now, edit)
elseif ARGV[5] ~= '' then
  redis.call('ZADD', 'edits', 'XX', now + ARGV[5], edit)
else
  redis.call('ZREM', 'edits', edit)
  redis.call('HDEL', 'edits:notes', edit)
end
return 1
