#!/usr/bin/env bash
# What mcpauth is for, shown on its own sandbox: find out how a server wants
# to be logged in to, get a token, list the tools, call one, and get over an
# expired token and a 403; as a machine first, then as a person.
#
# usage: demo.sh [PROGRAM]
#
# Ends with a status other than 0 as soon as a step does not do what it says.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

program=$(readlink -f "${1:-build/release/mcpauth}")
readonly program LIMIT_S=60
home=$(mktemp -d)
sandbox=

leave() {
    [ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null || true
    rm -rf "$home"
}
trap leave EXIT

# Nothing of the caller's own logins and settings is used or touched.
for name in $(compgen -e | grep -E '^(MCPAUTH|OAUTH|AGENTCORE|MCP_TEST)_'); do
    unset "$name"
done
unset BROWSER http_proxy https_proxy HTTPS_PROXY BEDROCK_AGENTCORE_DP_ENDPOINT
export HOME=$home XDG_CONFIG_HOME=$home XDG_STATE_HOME=$home


# --- telling ----------------------------------------------------------------

step() {
    printf '  %-20s %s\n' "$1" "$2"
}

die() {
    printf 'demo: %s\n' "$*" >&2
    exit 1
}

# want TEXT PATTERN: its first group, in $found.
want() {
    [[ $1 =~ $2 ]] || die "expected $2 in:"$'\n'"$1"
    found=${BASH_REMATCH[1]:-}
}

# --- a web browser of ten lines ---------------------------------------------

# http METHOD URL: the whole answer.
http() {
    local rest=${2#http://} host path
    host=${rest%%[/?]*}
    path=${rest#"$host"}
    path=/${path#/}
    exec {connection}<>"/dev/tcp/${host%:*}/${host##*:}"
    printf '%s %s HTTP/1.1\r\nHost: %s\r\n' "$1" "$path" "$host" >&"$connection"
    printf 'Connection: close\r\nContent-Length: 0\r\n\r\n' >&"$connection"
    cat <&"$connection"
    exec {connection}>&-
}

# follow URL: the consent page answers at once, with a redirect.
follow() {
    want "$(http GET "$1")" $'\r\nLocation: ([^\r]+)'
    http GET "$found" >/dev/null
}

free_port() {
    local port=0
    until [ "$port" != 0 ] &&
        ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
        port=$((20000 + RANDOM % 12000))
    done
    echo "$port"
}

# --- the program ------------------------------------------------------------

# run ARGUMENT...: its answer in $out, what it says in $said.
run() {
    out=$(timeout "$LIMIT_S" "$program" "$@" </dev/null 2>"$home/said") ||
        die "mcpauth $* ended with status $?: $(cat "$home/said")"
    said=$(cat "$home/said")
}

# enter PROFILE: a new sandbox, and the environment that leads there.
enter() {
    local line exports=
    exec {printed}< <(exec "$program" sandbox -q --profile "$1" \
        --redirect-uri "http://localhost:$(free_port)")
    sandbox=$!
    while read -r line <&"$printed" && [ -n "$line" ]; do
        exports+=$line$'\n'
    done
    [ -n "$exports" ] || die "the sandbox does not start"
    eval "$exports"
}

# misbehave REQUEST: steers the sandbox.
misbehave() {
    want "$(http POST "$MCPAUTH_AGENTCORE_ENDPOINT/_sandbox/$1")" ' (204) '
}

quit() {
    kill "$sandbox"
    sandbox=
    exec {printed}<&-
}

# --- the steps --------------------------------------------------------------

log_in_machine() {
    run login -v
}

# Whoever reads the URL opens it: here, this script.
log_in_person() {
    local line
    said=
    exec {login}< <(timeout "$LIMIT_S" "$program" login -v --no-browser \
        </dev/null 2>&1 || echo "failed")
    while read -r line <&"$login"; do
        said+=$line$'\n'
        case $line in
            http*/authorize\?*)
                step "a person is asked" "${line%%\?*}?..."
                follow "$line"
                ;;
            failed) die "the login failed:"$'\n'"$said" ;;
        esac
    done
    exec {login}<&-
}

# call_tool: the tool of the environment adds two and three.
call_tool() {
    run tools call -v
    [ "$out" = 5 ] || die "2 + 3 gave: $out"
}

# show_mode PROFILE MODE WHY LOGIN GRANT
show_mode() {
    enter "$1"
    run config show --json
    want "$out" "\"mode\": ?\"($2)\""
    step "mode detected" "$found: $3"

    "$4"
    want "$said" 'authorization server metadata from ([^ ]+)'
    step "discovery" "$found"
    want "$said" 'got a token \(([a-z_]+\), good for [0-9]+ s)'
    step "token obtained" "${found/)/}"

    run tools list
    want "$out" '(Found [0-9]+ tools?)'
    step "tools listed" "$found"
    call_tool
    step "tool called" "$MCP_TEST_TOOL_NAME $MCP_TEST_TOOL_PARAMS gave $out"

    misbehave expire
    call_tool
    want "$said" "got a token \\(($5)\\)"
    step "token expired" "renewed ($found), and the tool gave $out"

    misbehave 'fault?name=403-always=1'
    call_tool
    want "$said" "got a token \\(($5)\\)"
    step "403 without a hint" "taken as a challenge: new token ($found), $out"

    run logout
    "$program" status -q 2>/dev/null && die "logged out, and still logged in"
    step "logged out" "nothing is stored any more"
    quit
}

echo "A machine, with a client secret, at an AgentCore runtime behind Cognito"
show_mode m2m m2m "a client secret is configured" \
    log_in_machine client_credentials
echo
echo "A person, with a browser, at the same runtime"
show_mode interactive interactive "no client secret is configured" \
    log_in_person refresh_token

cat <<'END'

The same with your own AgentCore runtime: set these, and log in.

  AGENTCORE_RUNTIME_ARN   arn:aws:bedrock-agentcore:REGION:ACCOUNT:runtime/NAME
  OAUTH_DISCOVERY_URL     https://cognito-idp.REGION.amazonaws.com/POOL/
                          .well-known/openid-configuration
  OAUTH_CLIENT_ID         the app client
  OAUTH_CLIENT_SECRET     of a machine; without it a person is asked
  OAUTH_M2M_SCOPES        of a machine, as "mcp-server/read"

  mcpauth login && mcpauth tools list
END
