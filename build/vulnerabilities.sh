#!/usr/bin/env bash
# Looks for known vulnerabilities in what the programs, the page and the tests are made of. The lists of them are on the network. Where one cannot be
# reached, that is said, and is no failure: make lint works offline.
#
#   build/vulnerabilities.sh [FOLDER…]   the folders with a package-lock.json, if not all
set -euo pipefail
cd "$(dirname "$0")/.."
patience=${PATIENCE:-10}

say() { printf 'vulnerabilities: %s\n' "$*"; }

# of_go asks about what the programs call.
of_go() {
  local list=${GOVULNDB:-https://vuln.go.dev}
  # shellcheck disable=SC2016 # JavaScript
  if ! node -e 'fetch(process.argv[1], { signal: AbortSignal.timeout(process.argv[2] * 1000) }).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))' \
    "$list/index/db.json" "$patience"; then
    say "Go’s list cannot be reached: the modules are not checked"
    return 0
  fi
  go tool -modfile=build/package.mod govulncheck -db "$list" -tags desktop,production,webkit2_41 ./...
}

# of_npm FOLDER asks about its lock file.
of_npm() {
  local answer code=0
  answer=$(cd "$1" && npm audit --json --fetch-retries=0 --fetch-timeout=$((patience * 1000)) 2>/dev/null) || code=$?
  if ! grep -q '"auditReportVersion"' <<<"$answer"; then
    say "npm’s list cannot be reached: $1 is not checked"
    return 0
  fi
  [ "$code" -eq 0 ] || (cd "$1" && npm audit) || return 1
}

of_go
[ $# -gt 0 ] || set -- frontend e2e docs/site
for folder in "$@"; do
  of_npm "$folder"
done
