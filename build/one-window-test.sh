#!/usr/bin/env bash
# Runs one file of tests of the real window in a desktop of its own, and prints what it
# says in one piece, so that several can run at once: they mostly wait for the window.
#
#   build/one-window-test.sh e2e/window/NAME.test.mjs
set -euo pipefail

code=0
said=$(build/private-desktop.sh node --test --test-reporter=spec "$1" 2>&1 </dev/null) || code=$?
printf '%s\n%s\n' "$1" "$said"
exit "$code"
