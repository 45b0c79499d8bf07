-- Put another alert rule in the place of one, if what stands there is still what was read; or remove it.
-- uses: clock, rules
-- KEYS: `chat:{id}:alerts`, `meta`, `rules`, spelled here.
-- ARGV: 1 now · 2 chat · 3 number · 4 what was read · 5 what is to stand there, or '' to remove whatever does
-- Result: 1, or 0 if something else stands there now, or nothing.
local key, number = 'chat:' .. ARGV[2] .. ':alerts', ARGV[3]
local there = redis.call('HGET', key, number)
if not there or number == 'next' then return 0 end
if ARGV[5] == '' then
  redis.call('HDEL', key, number)
elseif there == ARGV[4] then
  redis.call('HSET', key, number, ARGV[5])
else
  return 0
end
rules_changed(ARGV[2])
return 1
