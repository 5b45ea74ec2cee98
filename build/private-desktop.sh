#!/usr/bin/env bash
# Runs a command in a desktop of its own and passes on its exit code: a screen
# (Xvfb), a session bus, an unlocked keyring and the accessibility bus, with home
# and all XDG folders in a temporary one. Nothing of the person's session is
# touched, and nothing is left behind.
#
#   build/private-desktop.sh COMMAND [ARGUMENT…]
#
# SCREEN, such as 1280x900x24, chooses the size of the screen.
set -euo pipefail

main() {
  [ $# -gt 0 ] || die "which command?"
  local needed
  for needed in Xvfb xauth dbus-daemon gnome-keyring-daemon gdbus mcookie; do
    command -v "$needed" >/dev/null || die "$needed is missing: run build/setup.sh"
  done
  make_folders
  trap clean_up EXIT
  start_screen
  start_bus
  start_keyring
  # WebKit and GTK speak to the accessibility bus only if somebody asks for it.
  gdbus call --session --dest org.a11y.Bus --object-path /org/a11y/bus \
    --method org.freedesktop.DBus.Properties.Set org.a11y.Status IsEnabled '<true>' >/dev/null
  local code=0
  "$@" || code=$?
  exit "$code"
}

make_folders() {
  root=$(mktemp -d "${TMPDIR:-/tmp}/countersign-desktop.XXXXXX")
  mkdir -m 700 "$root"/{runtime,home,tmp}
  unset WAYLAND_DISPLAY WAYLAND_SOCKET DBUS_SESSION_BUS_ADDRESS AT_SPI_BUS_ADDRESS NO_AT_BRIDGE
  export PRIVATE_DESKTOP="$root" HOME="$root/home" TMPDIR="$root/tmp" XDG_RUNTIME_DIR="$root/runtime"
  export XDG_DATA_HOME="$HOME/data" XDG_CONFIG_HOME="$HOME/config" XDG_CACHE_HOME="$HOME/cache" XDG_STATE_HOME="$HOME/state"
  mkdir "$XDG_DATA_HOME" "$XDG_CONFIG_HOME" "$XDG_CACHE_HOME" "$XDG_STATE_HOME"
  # Pictures are the same everywhere: no theme, language or graphics card of the machine.
  export XDG_SESSION_TYPE=x11 XDG_CURRENT_DESKTOP='' GDK_BACKEND=x11 GTK_THEME=Adwaita GSETTINGS_BACKEND=memory
  export LIBGL_ALWAYS_SOFTWARE=1 LANG=C.UTF-8 LC_ALL=C.UTF-8 TZ=UTC
}

# The server takes its cookie from the file, whatever display it stands under;
# clients look theirs up by the display, which is known only once it runs. Keys do not repeat: on a busy
# machine one can be released late.
start_screen() {
  local cookie display
  cookie=$(mcookie)
  export XAUTHORITY="$root/xauth"
  touch "$XAUTHORITY"
  xauth -q add :0 . "$cookie"
  mkfifo "$root/display"
  Xvfb -r -displayfd 3 -screen 0 "${SCREEN:-1280x900x24}" -nolisten tcp -auth "$XAUTHORITY" \
    3>"$root/display" >"$root/xvfb.log" 2>&1 &
  daemons+=($!)
  IFS= read -r -t 30 display <"$root/display" || die "Xvfb did not start: $(tail -n 3 "$root/xvfb.log")"
  xauth -q add ":$display" . "$cookie"
  export DISPLAY=":$display"
}

start_bus() {
  mkfifo "$root/address"
  dbus-daemon --session --nofork --nopidfile --nosyslog --print-address=3 \
    3>"$root/address" >"$root/bus.log" 2>&1 &
  daemons+=($!)
  IFS= read -r -t 30 DBUS_SESSION_BUS_ADDRESS <"$root/address" || die "the session bus did not start: $(tail -n 3 "$root/bus.log")"
  export DBUS_SESSION_BUS_ADDRESS
}

start_keyring() {
  # Tests lock this keyring, which holds nothing, or stop it, and undo it again.
  PRIVATE_KEYRING_PASSWORD=$(mcookie)
  export PRIVATE_KEYRING_PASSWORD
  gnome-keyring-daemon --foreground --unlock --components=secrets \
    < <(printf '%s' "$PRIVATE_KEYRING_PASSWORD") >"$root/keyring.log" 2>&1 &
  export PRIVATE_KEYRING_PID=$!
  daemons+=($!)
  gdbus wait --session --timeout 30 org.freedesktop.secrets ||
    die "the keyring did not start: $(tail -n 3 "$root/keyring.log")"
}

die() {
  printf 'private-desktop: %s\n' "$*" >&2
  exit 1
}

# shellcheck disable=SC2317 # called by the trap
# The daemons go in the opposite order to that in which they came.
clean_up() {
  local i
  for ((i = ${#daemons[@]} - 1; i >= 0; i--)); do
    kill "${daemons[i]}" 2>/dev/null || true # it may have ended by itself
    wait "${daemons[i]}" 2>/dev/null || true # its exit code says nothing: it was killed
  done
  rm -rf "$root"
}

root=
daemons=()
main "$@"
