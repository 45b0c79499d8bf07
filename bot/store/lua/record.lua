-- Shared: what is known of a feed, as bot/store/fields.py reads it.
-- KEYS: `feed:{id}`, spelled here. ARGV: none of its own.
-- Result: functions only.
local function record(feed)
  local key = 'feed:' .. feed
  local told = redis.call('HMGET', key, 'url', 'seeded', 'about', 'validators', 'state', 'marks', 'pushed_until_ms', 'unmoved')
  if not told[1] or told[5] then return told end
  -- It is new, or from before these fields were: then each thing has one of its own.
  local old = {'title', 'link', 'language', 'etag', 'modified', 'body_hash', 'looked_ms', 'changed_ms', 'ok_ms', 'failures',
    'looks', 'interval_s', 'rate_per_day', 'weak_guid', 'weak_link', 'trouble'}
  local is = redis.call('HMGET', key, unpack(old))
  if not is[7] then return told end
  for place = 1, #old do is[place] = is[place] or '' end
  for place = 7, 15 do
    if is[place] == '' then is[place] = '0' end
  end
  told[3] = cjson.encode({is[1], is[2], is[3], '', ''})
  told[4] = is[6] == '' and '' or table.concat({is[6], is[4], is[5]}, '\n')
  local numbers = {is[7], is[8], is[9], is[10], is[11], is[12], '0', is[13], is[14], is[15]}
  told[5] = table.concat({table.concat(numbers, ' '), '', is[16], '', '', ''}, '\n')
  redis.call('HSET', key, 'about', told[3], 'validators', told[4], 'state', told[5])
  redis.call('HDEL', key, unpack(old))
  return told
end
