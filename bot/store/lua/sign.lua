-- Keep the signatures of items by which a search passes over them.
-- KEYS: `feed:{id}:items`, `feed:{id}:words`, spelled here.
-- ARGV: 1 now · 2 lifetime of an item (ms) · then item, signature …
-- Result: how many of the items are still kept.
local kept = 0
for at = 3, #ARGV, 2 do
  local feed, own = string.match(ARGV[at], '^([^.]*)%.(.*)$')
  if feed and redis.call('ZSCORE', 'feed:' .. feed .. ':items', ARGV[at]) then
    local words = 'feed:' .. feed .. ':words'
    redis.call('HSET', words, own, ARGV[at + 1])
    redis.call('PEXPIRE', words, ARGV[2])
    kept = kept + 1
  end
end
return kept
