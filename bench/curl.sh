#!/bin/sh
# The same requests as `mcpauth tools call URL add`, by curl: the cheapest that
# a person would write by hand.
#
#   OAUTH_CLIENT_ID=... OAUTH_CLIENT_SECRET=... curl.sh MCP_URL DISCOVERY_URL
set -eu
url=$1

value() {
    sed -n 's/.*"'"$1"'" *: *"\([^"]*\)".*/\1/p'
}

post() {
    curl -sS -X POST "$url" -H "Authorization: Bearer $token" \
        -H 'Content-Type: application/json' \
        -H 'Accept: application/json, text/event-stream' "$@"
}

endpoint=$(curl -sS "$2" | value token_endpoint)
token=$(curl -sS "$endpoint" -u "$OAUTH_CLIENT_ID:$OAUTH_CLIENT_SECRET" \
    -d grant_type=client_credentials --data-urlencode "resource=$url" |
    value access_token)

head=$(mktemp)
trap 'rm -f "$head"' EXIT
post -D "$head" -o /dev/null -d '{"jsonrpc":"2.0","id":1,"method":"initialize",
"params":{"protocolVersion":"2025-11-25","capabilities":{},
"clientInfo":{"name":"curl","version":"1"}}}'
session=$(tr -d '\r' <"$head" | sed -n 's/^mcp-session-id: //Ip')

set -- -H "Mcp-Session-Id: $session" -H 'MCP-Protocol-Version: 2025-11-25'
post "$@" -o /dev/null \
    -d '{"jsonrpc":"2.0","method":"notifications/initialized"}'
post "$@" -d '{"jsonrpc":"2.0","id":2,"method":"tools/call",
"params":{"name":"add","arguments":{"a":2,"b":3}}}'
post "$@" -X DELETE -o /dev/null
