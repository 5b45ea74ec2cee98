#!/usr/bin/env bash
# Packs what was built, in build/dist: for Debian and for systems with RPM, the installer for Windows, bills of materials, and SHA256SUMS. Two runs
# on one commit give the same bytes. Use it by make package, which builds what it packs.
#
#   CONTACT='Countersign team <security@example.com>' HOMEPAGE=https://example.com/countersign build/package.sh VERSION
#
# CONTACT is the packages’ maintainer, and takes the place of ADDRESS in the SECURITY.md that they contain: without it, nothing is packed.
#
# MINISIGN_KEY is a file with minisign’s secret key, which signs SHA256SUMS. WINDOWS_CERTIFICATE and WINDOWS_KEY are files with what signs the
# programs for Windows, and WINDOWS_TIMESTAMP is the address of a service that confirms when. Without them, nothing is signed.
#
# FORMATS chooses among deb, rpm and exe.
set -euo pipefail
cd "$(dirname "$0")/.."
dist=${DIST:-build/dist}

fail() {
  printf 'package: %s\n' "$*" >&2
  exit 1
}

main() {
  [[ ${1:-} =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "a version is three numbers, such as 1.2.3, and not ${1:-nothing}"
  export VERSION=${1:?which version?} MAINTAINER=${CONTACT:-} HOMEPAGE=${HOMEPAGE:-https://example.com/countersign}
  export PICTURES=${PICTURES:-$HOMEPAGE/pictures}
  [[ $MAINTAINER =~ ^[^\<]+\ \<[^\<\>@[:space:]]+@[^\<\>@[:space:]]+\>$ ]] ||
    fail "who takes reports of vulnerabilities? make package contact='Name <address@example.com>'"
  if [ "$HOMEPAGE" = https://example.com/countersign ]; then
    printf 'package: the homepage is an example. Set it with homepage=…\n' >&2
  fi
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
  export SOURCE_DATE_EPOCH
  MTIME=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
  GOARCH=$(go env GOARCH)
  STAGE=$dist/stage
  export MTIME GOARCH STAGE
  rm -rf "$dist"
  mkdir -p "$STAGE"
  stage
  LIBC=$(objdump -T "$STAGE/countersign" | sed -n 's/.*GLIBC_\([0-9.]*\).*/\1/p' | sort -V | tail -n 1)
  export LIBC
  local package format
  for package in app ctl server; do
    for format in deb rpm; do
      wanted "$format" || continue
      go tool -modfile=build/package.mod nfpm package --config "build/package/$package.yaml" --packager "$format" --target "$dist/"
    done
  done
  ! wanted exe || windows
  rm -rf "$STAGE"
  (cd "$dist" && sha256sum -- * >SHA256SUMS)
  if [ -n "${MINISIGN_KEY:-}" ]; then
    minisign -S -s "$MINISIGN_KEY" -m "$dist/SHA256SUMS" -t "Countersign $VERSION" >/dev/null || fail "SHA256SUMS isn’t signed"
  fi
  printf 'package: %s\n' "$dist"/*
}

wanted() { [[ " ${FORMATS:-deb rpm exe} " == *" $1 "* ]]; }

# windows makes the installer, if this system has what makes it.
windows() {
  if ! command -v makensis >/dev/null; then
    printf 'package: the installer for Windows is left out: makensis is missing\n' >&2
    return
  fi
  local name here signs=() installer
  here=$(realpath "$STAGE")
  installer=$(realpath "$dist")/countersign-$VERSION-windows-amd64.exe
  mkdir -p "$STAGE/windows"
  for name in countersign countersignctl; do
    cp "build/bin/windows/$name.exe" "$STAGE/windows/"
    materials "$STAGE/windows/$name.exe" app/licenses.json "$dist/$name-$VERSION-windows-amd64.cdx.json"
  done
  cp CHANGELOG.md "$STAGE/doc/countersign/SECURITY.md" "$STAGE/windows/"
  gzip -dc "$STAGE/doc/countersign/LICENSES.gz" >"$STAGE/windows/LICENSES.txt"
  if [ -n "${WINDOWS_CERTIFICATE:-}" ]; then
    for name in countersign countersignctl; do
      build/windows/sign.sh "$STAGE/windows/$name.exe"
    done
    signs=("-DSIGN=$PWD/build/windows/sign.sh")
  fi
  makensis -V2 -NOCD "${signs[@]}" "-DVERSION=$VERSION" "-DPUBLISHER=${MAINTAINER%% <*}" "-DHOMEPAGE=$HOMEPAGE" "-DSTAGE=$here/windows" "-DOUT=$installer" \
    "-DROOT=$PWD" build/windows/installer.nsi
  [ ${#signs[@]} -eq 0 ] || build/windows/sign.sh "$installer"
}

# materials PROGRAM LICENSES FILE writes what a program is made of.
materials() {
  go tool -modfile=build/package.mod cyclonedx-gomod bin -json -std -noserial -notimestamp -version "v$VERSION" -output "$STAGE/modules.json" "$1" 2>"$STAGE/said" ||
    fail "cyclonedx-gomod: $(tail -n 3 "$STAGE/said")"
  local page=()
  case $1 in */countersign | */countersign.exe) page=(frontend/package-lock.json) ;; esac
  node build/package/sbom.mjs "$STAGE/modules.json" "$2" "${page[@]}" >"$3"
}

# stage lays out what is made for the packages.
stage() {
  local name size licenses
  for name in countersign countersignctl countersignd; do
    install -m 755 "build/bin/$name" "$STAGE/$name"
    licenses=app/licenses.json
    [ "$name" != countersignd ] || licenses=cmd/countersignd/licenses.json
    materials "$STAGE/$name" "$licenses" "$dist/$name-$VERSION-linux-$GOARCH.cdx.json"
  done
  gzip -9nc build/package/countersign.1 >"$STAGE/countersign.1.gz"
  for name in countersignctl countersignd; do
    gzip -9nc "build/bin/share/man/man1/$name.1" >"$STAGE/$name.1.gz"
  done
  sed -e "s|@VERSION@|$VERSION|; s|@HOMEPAGE@|$HOMEPAGE|; s|@PICTURES@|$PICTURES|; s|@DATE@|${MTIME%T*}|" build/package/app.countersign.Countersign.metainfo.xml \
    >"$STAGE/app.countersign.Countersign.metainfo.xml"
  for size in 16 24 32 48 64 128 256 512; do
    mkdir -p "$STAGE/icons/${size}x$size/apps"
    rsvg-convert --width "$size" --height "$size" build/appicon.svg >"$STAGE/icons/${size}x$size/apps/countersign.png"
  done
  mkdir -p "$STAGE/icons/scalable/apps"
  cp build/appicon.svg "$STAGE/icons/scalable/apps/countersign.svg"
  for name in countersign countersignctl countersign-server; do
    document "$STAGE/doc/$name"
  done
  chmod -R u=rwX,go=rX "$STAGE"
}

# document FOLDER is what each package says of itself.
document() {
  mkdir -p "$1"
  sed "s|\*\*ADDRESS\*\*|$MAINTAINER|; /^<!-- ADDRESS /d" SECURITY.md >"$1/SECURITY.md"
  if grep -q ADDRESS "$1/SECURITY.md"; then
    fail "SECURITY.md has ADDRESS in another place than that for reports."
  fi
  printf '%s (%s) stable; urgency=medium\n\n  * CHANGELOG.md.gz lists the changes.\n\n -- %s  %s\n' \
    "${1##*/}" "$VERSION" "$MAINTAINER" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9nc >"$1/changelog.gz"
  gzip -9nc CHANGELOG.md >"$1/CHANGELOG.md.gz"
  local licenses=app/licenses.json
  [ "${1##*/}" != countersign-server ] || licenses=cmd/countersignd/licenses.json
  # shellcheck disable=SC2016 # JavaScript
  node -e 'for (const l of JSON.parse(require("fs").readFileSync(process.argv[1])))
    console.log(`${l.name} ${l.version} (${l.license})\n\n${l.text}\n\n${"=".repeat(72)}\n`)' "$licenses" | gzip -9nc >"$1/LICENSES.gz"
  cat >"$1/copyright" <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Countersign
Upstream-Contact: $MAINTAINER
Source: $HOMEPAGE

Files: *
Copyright: 2026 the Countersign authors
License: Apache-2.0
 On Debian systems, the licence is in /usr/share/common-licenses/Apache-2.0.
 .
 The programs contain libraries under other licences, which are in
 LICENSES.gz. The app shows them in Help > About, countersignd with
 "countersignd licenses".
END
}

main "$@"
