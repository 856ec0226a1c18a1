-- wrk's side of `npm run bench`: each request asks for the balance of another address. With a number of milliseconds
-- as argument, a connection rests after each answer, for that long on average. The figures go out as one JSON line.
local BODY = '{"jsonrpc":"2.0","id":%d,"method":"eth_getBalance","params":["0x%040x","latest"]}'
local count = 0

function init(args)
  local rest = tonumber(args[1])
  if rest then
    -- At random, so that the connections do not fall into step.
    function delay() return math.floor(math.random() * 2 * rest + 0.5) end
  end
end

function request()
  count = count + 1
  return wrk.format('POST', nil, { ['Content-Type'] = 'application/json' }, BODY:format(count, count))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(('\n{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"failures":%d}\n'):format(
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
