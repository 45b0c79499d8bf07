-- Keep the records of which words items may hold, of those that are still kept.
-- uses: words
-- KEYS: `feed:{id}:items`, `feed:{id}:words:a`, `feed:{id}:words:b`, spelled here.
-- ARGV: 1 now · 2 lifetime of an item (ms) · then item, record …
-- Result: how many of the items are still kept.
local records, kept = {}, 0
for at = 3, #ARGV, 2 do
  local feed = string.match(ARGV[at], '^[^.]*')
  if redis.call('ZSCORE', 'feed:' .. feed .. ':items', ARGV[at]) then
    records[feed] = records[feed] or {}
    table.insert(records[feed], ARGV[at + 1])
    kept = kept + 1
  end
end
for feed, own in pairs(records) do add_words(feed, own, ARGV[2]) end
return kept
