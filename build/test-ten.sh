#!/usr/bin/env bash
# Runs the browser tests, and beside them these of windows, ten times on a busy machine, and says at the end which tests
# failed, and how often. Each run's output and the traces of its failures are in build/ten. Use it by make test-ten, which
# builds what it needs.
#
#   build/test-ten.sh e2e/window/NAME.test.mjs…
#
# RUNS says how often, BUSY how many processes keep the machine busy: 2.
set -euo pipefail
cd "$(dirname "$0")/.."

runs=${RUNS:-10}
out=build/ten
windows=("$@")

main() {
  rm -rf "$out"
  mkdir -p "$out"
  trap rest EXIT
  local i
  for ((i = 0; i < ${BUSY:-2}; i++)); do
    sha256sum /dev/zero &
    busy+=($!)
  done
  for ((i = 1; i <= runs; i++)); do
    one_run "$(printf '%02d' "$i")"
  done
  report
}

one_run() {
  local begun=$SECONDS failed=0 browser
  SNAPSHOTS=1 build/private-desktop.sh node e2e/node_modules/@playwright/test/cli.js test \
    --config e2e/playwright.config.mjs --grep-invert @more --output "$PWD/$out/$1-traces" \
    >"$out/$1-browser.log" 2>&1 </dev/null &
  browser=$!
  printf '%s\n' "${windows[@]}" | xargs -P 2 -n 1 build/one-window-test.sh >"$out/$1-window.log" 2>&1 || failed=1
  wait "$browser" || failed=1
  printf 'run %s of %s: %s, %d s\n' "$1" "$runs" "$([ "$failed" = 0 ] && echo passed || echo failed)" $((SECONDS - begun))
  [ "$failed" = 0 ] || : >"$out/failed"
}

# Playwright marks a failure with ✘, node with ✖; both say the name and the time that it took.
report() {
  [ -e "$out/failed" ] || {
    printf 'all %s runs passed\n' "$runs"
    return
  }
  printf 'failed, and in how many runs:\n'
  sed -nE 's/^ *✘ +[0-9]+ +//p; s/^ *✖ //p' "$out"/*.log |
    sed -E 's/ \([0-9.]+(ms|s|m)\)$//' | grep -v '^failing tests:$' | sort | uniq -c | sort -rn
  exit 1
}

# shellcheck disable=SC2317 # called by the trap
rest() {
  kill "${busy[@]}" 2>/dev/null || true # they may have ended
}

busy=()
main
