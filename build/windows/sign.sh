#!/usr/bin/env bash
# Signs one program for Windows, in its place. build/package.sh says what the variables are.
set -euo pipefail
file=${1:?which program?}
: "${WINDOWS_CERTIFICATE:?}" "${WINDOWS_KEY:?}"

trap 'rm -f "$file.signed"' EXIT
when=(-time "${SOURCE_DATE_EPOCH:-$(date +%s)}")
[ -z "${WINDOWS_TIMESTAMP:-}" ] || when=(-ts "$WINDOWS_TIMESTAMP")
osslsigncode sign -certs "$WINDOWS_CERTIFICATE" -key "$WINDOWS_KEY" -h sha256 -n Countersign -i "${HOMEPAGE:-https://example.com/countersign}" "${when[@]}" \
  -in "$file" -out "$file.signed" >/dev/null
mv "$file.signed" "$file"
