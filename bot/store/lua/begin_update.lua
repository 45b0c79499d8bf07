-- Begin to handle an update of Telegram's, unless it was handled or begun too often.
-- KEYS: `update:{id}`, spelled here.
-- ARGV: 1 now · 2 update · 3 tries · 4 lifetime (s)
-- Result: 1 to handle it, 0 to leave it.
local key = 'update:' .. ARGV[2]
if redis.call('GET', key) == 'done' then return 0 end
local begun = redis.call('INCR', key)
redis.call('EXPIRE', key, ARGV[4])
return begun <= tonumber(ARGV[3]) and 1 or 0
