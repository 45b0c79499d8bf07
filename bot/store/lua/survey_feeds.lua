-- Count the failing among feeds that are heard, and find those that have been without a good look for longest.
-- uses: record
-- KEYS: `schedule`, `feed:{id}`, spelled here.
-- ARGV: 1 now · 2 first and 3 last place in the schedule, counted from its end · 4 how many to find
-- Result: {looked at, failing, last good look (ms), feed, last good look, feed …}.
local failing, feeds = {}, redis.call('ZRANGE', 'schedule', ARGV[2], ARGV[3], 'REV')
for _, feed in ipairs(feeds) do
  local ok_ms, failures = string.match(record(feed)[5] or '', '^%S* %S* (%d+) (%d+)')
  if (tonumber(failures) or 0) > 0 then failing[#failing + 1] = {tonumber(ok_ms), feed} end
end
table.sort(failing, function(one, other) return one[1] < other[1] end)
local result = {#feeds, #failing}
for place = 1, math.min(#failing, tonumber(ARGV[4])) do
  result[#result + 1] = failing[place][1]
  result[#result + 1] = failing[place][2]
end
return result
