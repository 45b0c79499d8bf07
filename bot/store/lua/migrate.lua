-- Move all that is known of, waits for and was sent to one chat to another; what the other has stays.
-- uses: clock, tally, pace, turn, rules
-- KEYS: `chats`, `moved`, `usernames`, `ready`, `budget`, `lost`, `tops`, and of both chats `chat:{id}`, its `:feeds` and
--   `:alerts`, `lane:{chat}` and its three, `lease:{chat}`, `sent:{chat}`, `pieces:{chat}`, `told:{chat}`, `known:{chat}`,
--   `minute:{chat}`,
--   `slow:{chat}`, `parked:{chat}`, `filtered:{chat}`, `hits:{chat}`, `cooling:{chat}`; `feed:{id}:chats`, `owned:{user}`, `meta`, `rules`; spelled here.
-- ARGV: 1 now · 2 old chat · 3 new chat · 4 lifetime of what was sent and parked (ms)
-- Result: 1.
local now, old, new, keep_ms = clock(), ARGV[2], ARGV[3], ARGV[4]
if old == new then return 1 end

local function merge_hash(from, to)
  local all = redis.call('HGETALL', from)
  for i = 1, #all, 2 do redis.call('HSETNX', to, all[i], all[i + 1]) end
  redis.call('DEL', from)
  return all
end

local feeds = merge_hash('chat:' .. old .. ':feeds', 'chat:' .. new .. ':feeds')
for i = 1, #feeds, 2 do
  local chats = 'feed:' .. feeds[i] .. ':chats'
  local how = redis.call('HGET', chats, old)
  if how then redis.call('HSETNX', chats, new, how) end
  redis.call('HDEL', chats, old)
end

-- Alerts get new numbers where the other chat has used theirs.
local alerts, mine = 'chat:' .. old .. ':alerts', 'chat:' .. new .. ':alerts'
local numbers
if redis.call('EXISTS', alerts) == 1 then
  if redis.call('EXISTS', mine) == 0 then
    redis.call('RENAME', alerts, mine)
  else
    local all = redis.call('HGETALL', alerts)
    numbers = {}
    for i = 1, #all, 2 do
      if all[i] ~= 'next' then
        numbers[all[i]] = redis.call('HINCRBY', mine, 'next', 1)
        redis.call('HSET', mine, numbers[all[i]], all[i + 1])
      end
    end
    redis.call('DEL', alerts)
  end
  rules_changed(old)
  rules_changed(new)
end
local cooling = redis.call('HGETALL', 'cooling:' .. old)
for i = 1, #cooling, 2 do
  local alert = cooling[i]
  if numbers and tonumber(alert) then alert = numbers[alert] end -- else it is another chat's, told here
  if alert then redis.call('HSETNX', 'cooling:' .. new, alert, cooling[i + 1]) end
end
local quiet_ms = redis.call('PTTL', 'cooling:' .. old)
if quiet_ms > redis.call('PTTL', 'cooling:' .. new) then redis.call('PEXPIRE', 'cooling:' .. new, quiet_ms) end
redis.call('DEL', 'cooling:' .. old)
merge_hash('filtered:' .. old, 'filtered:' .. new)
redis.call('PEXPIRE', 'filtered:' .. new, keep_ms)
redis.call('DEL', 'hits:' .. old)

redis.call('ZUNIONSTORE', 'lane:' .. new, 2, 'lane:' .. new, 'lane:' .. old, 'AGGREGATE', 'MIN')
merge_hash('lane:' .. old .. ':notes', 'lane:' .. new .. ':notes')
merge_hash('lane:' .. old .. ':tries', 'lane:' .. new .. ':tries')
-- What may have been sent to the old chat cannot be asked for in the new one.
redis.call('DEL', 'lane:' .. old .. ':doubts')
-- Of what was begun there, what is left goes to the new one; no message of it stands here.
local open = redis.call('HGET', 'pieces:' .. old, 'open')
if open then
  redis.call('HSET', 'pieces:' .. new, 'open', open, open, (string.gsub(pieces_of(old, open), '%d+', '0')))
  redis.call('PEXPIRE', 'pieces:' .. new, keep_ms)
end
merge_hash('parked:' .. old, 'parked:' .. new)
redis.call('PEXPIRE', 'parked:' .. new, keep_ms)
-- Message ids start again in the new chat: 0 says "sent, but not as a message of this chat".
redis.call('ZUNIONSTORE', 'sent:' .. new, 2, 'sent:' .. new, 'sent:' .. old, 'WEIGHTS', 1, 0, 'AGGREGATE', 'MAX')
redis.call('PEXPIRE', 'sent:' .. new, keep_ms)
redis.call('ZUNIONSTORE', 'told:' .. new, 2, 'told:' .. new, 'told:' .. old, 'AGGREGATE', 'MAX')
redis.call('PEXPIRE', 'told:' .. new, keep_ms)

local known = redis.call('HGETALL', 'chat:' .. old)
for i = 1, #known, 2 do
  -- A pause by Telegram's reasons was the old chat's; one by hand is somebody's wish.
  if known[i] ~= 'kind' and (known[i] ~= 'paused' or known[i + 1] == 'by hand') then
    local there = redis.call('HGET', 'chat:' .. new, known[i])
    if not there or there == '' then redis.call('HSET', 'chat:' .. new, known[i], known[i + 1]) end
    if known[i] == 'username' and redis.call('HGET', 'usernames', string.lower(known[i + 1])) == old then
      redis.call('HSET', 'usernames', string.lower(known[i + 1]), new)
    end
  end
end
redis.call('HSETNX', 'chat:' .. new, 'kind', 'supergroup')
local owner = redis.call('HGET', 'chat:' .. new, 'owner') or ''
if owner ~= '' then
  redis.call('SREM', 'owned:' .. owner, old)
  redis.call('SADD', 'owned:' .. owner, new)
end
redis.call('HSET', 'moved', old, new)
redis.call('SADD', 'chats', new)
redis.call('SREM', 'chats', old)
for _, kind in ipairs({'chat', 'lane', 'sent', 'pieces', 'lease', 'told', 'known', 'minute', 'slow'}) do
  redis.call('DEL', kind .. ':' .. old)
end
for _, set in ipairs({'ready', 'budget', 'lost'}) do redis.call('ZREM', set, old) end
redis.call('ZREM', 'budget', 'e' .. old, 'h' .. old)
redis.call('HDEL', 'tops', old)
next_turn(new, math.max(now, tonumber(redis.call('HGET', 'lease:' .. new, 'till') or 0)))
return 1
