#!/usr/bin/env bash
# keyring.sh COMMAND...: runs it in a desktop session of its own, without a
# desktop: a D-Bus, and gnome-keyring with an unlocked keyring in a home that
# goes with the session.  Where somebody would be asked to unlock it, the file
# $HOME/asked appears, and nobody answers.
set -euo pipefail
home=$(mktemp -d "${TMPDIR:-/tmp}/mcpauth-keyring-XXXXXX")
trap 'rm -rf "$home"' EXIT

export HOME=$home XDG_RUNTIME_DIR=$home/run XDG_DATA_HOME=$home/data
mkdir -m 700 "$XDG_RUNTIME_DIR" "$XDG_DATA_HOME"
mkdir -p "$XDG_DATA_HOME/dbus-1/services"
cat >"$XDG_DATA_HOME/dbus-1/services/prompter.service" <<END
[D-BUS Service]
Name=org.gnome.keyring.SystemPrompter
Exec=/bin/sh -c "touch $home/asked; exit 1"
END
unset XDG_CONFIG_HOME XDG_STATE_HOME DISPLAY WAYLAND_DISPLAY

# shellcheck disable=SC2016
dbus-run-session -- bash -c '
    printf opensesame | gnome-keyring-daemon --unlock --components=secrets \
        >/dev/null 2>&1
    dbus-send --session --print-reply --dest=org.freedesktop.secrets \
        /org/freedesktop/secrets org.freedesktop.DBus.Peer.Ping >/dev/null
    "$@"
' session "$@"
