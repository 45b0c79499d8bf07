-- Read what is known of feeds.
-- uses: record
-- KEYS: `feed:{id}`, spelled here.
-- ARGV: 1 now · 2… feeds
-- Result: for each feed its record (lua/record.lua); without an address where there is none.
local result = {}
for place = 2, #ARGV do result[place - 1] = record(ARGV[place]) end
return result
