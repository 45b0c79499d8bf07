-- Note that items were routed: each leaves the router's hands and the stream in one step.
-- KEYS: `news`, spelled here.
-- ARGV: 1 now · 2 group · then the numbers of the entries
-- Result: 1.
for at = 3, #ARGV do
  redis.call('XACK', 'news', ARGV[2], ARGV[at])
  redis.call('XDEL', 'news', ARGV[at])
end
return 1
