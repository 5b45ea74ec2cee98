#!/usr/bin/env bash
# Checks the packages of build/dist as those would who get them: by lintian, appstreamcli and rpm, and in a fresh Debian, into which they are
# installed, where the app shows its window, where they are updated with the data of a version before, and from which they are removed. rpm then
# does the same there with its packages. It needs root, for a change of root. Use it by make test-packages.
set -euo pipefail
cd "$(dirname "$0")/.."
dist=$PWD/build/dist
export CONTACT='Nobody <nobody@example.com>' HOMEPAGE=https://example.com/countersign # as make test-packages packs
version=${1:?which version?}
shift
steps=(look materials same signed prepare install_and_use update remove by_rpm)
[ $# -eq 0 ] || steps=("$@") # some of them, in this order
packages=(countersign countersignctl countersign-server)

step() { printf 'test-packages: %s\n' "$*"; }

fail() {
  printf 'test-packages: %s\n' "$*" >&2
  exit 1
}

main() {
  [ "$(id -u)" = 0 ] || fail "this needs root"
  [ -z "$(git status --porcelain)" ] || fail "commit first: what is packed is compared with the commit’s packages"
  work=$(mktemp -d /var/tmp/countersign-packages.XXXXXX)
  debian=$work/debian
  trap clean_up EXIT
  local name
  for name in "${steps[@]}"; do
    "$name"
  done
  step "everything passed"
}

# look asks the tools of Debian and of RPM.
look() {
  step "lintian, appstreamcli, rpm"
  lintian --allow-root --fail-on error,warning "$dist"/*.deb
  local package deb rpm
  for package in "${packages[@]}"; do
    deb=$(echo "$dist/${package}_$version"_*.deb) rpm=$(echo "$dist/$package-$version"-*.rpm)
    rpm -K --nosignature "$rpm" >/dev/null
    # Both have the same files, but for Debian's own, and those whose place is another there. Debian has the license already.
    { dpkg-deb -c "$deb" | awk '$1 ~ /^-/ { print substr($6, 2) }' | grep -v -e /lintian/ -e '/copyright$' -e '/changelog\.gz$' |
      sed 's|vendor-completions|site-functions|; s|^/lib/|/usr/lib/|; s|/doc/\(.*\)/LICENSES|/licenses/\1/LICENSES|' &&
      echo "/usr/share/licenses/$package/LICENSE"; } | sort >"$work/deb"
    rpm -qlvp "$rpm" | awk '$1 ~ /^-/ { print $NF }' | sort >"$work/rpm"
    diff "$work/deb" "$work/rpm" || fail "the packages of $package have different files"
    [ "$(rpm -qp --licensefiles "$rpm" | sed 's|.*/||' | sort | xargs)" = "LICENSE LICENSES.gz" ] || fail "rpm doesn’t know the licenses of $package"
    needed "$rpm" "build/bin/$(sed -n 's|^/usr/bin/||p' "$work/rpm")"
  done
  dpkg-deb -x "$dist/countersign_$version"_*.deb "$work/app"
  desktop-file-validate "$work"/app/usr/share/applications/*.desktop
  appstreamcli validate --no-net "$work"/app/usr/share/metainfo/*.xml
}

# needed RPM PROGRAM compares what a package depends on with what rpm reads from its program, as rpmbuild would: of the C library's versions the
# newest, which has all others. Scripts and the unit need the rest.
needed() {
  echo "$2" | /usr/lib/rpm/elfdeps --requires | sort -V | awk '/\(GLIBC_/ { newest = $0; next } { print } END { if (newest) print newest }' | sort >"$work/reads"
  rpm -qpR "$1" | grep -v -e '^rpmlib(' -e '^/bin/sh$' -e '^systemd$' | sort >"$work/says" || true
  diff "$work/reads" "$work/says" || fail "${1##*/} depends on something else than its program"
}

# same builds and packs the same commit in another folder. What Go has compiled is taken from its cache, which paths are no part of; the release
# workflow compares two computers.
same() {
  step "the same bytes a second time, from a clone"
  git clone --quiet . "$work/clone"
  make -C "$work/clone" package contact="$CONTACT" homepage="$HOMEPAGE" >"$work/log" 2>&1 || {
    tail -n 20 "$work/log" >&2
    fail "the clone cannot be packed"
  }
  diff "$dist/SHA256SUMS" "$work/clone/build/dist/SHA256SUMS" || fail "the packages differ"
}

# signed packs with keys of its own, and looks at signatures as those who download do.
signed() {
  step "signatures"
  minisign -G -W -f -p "$work/test.pub" -s "$work/test.key" >/dev/null
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/windows.key" -out "$work/windows.pem" -days 30 -subj "/CN=Test" \
    -addext extendedKeyUsage=codeSigning 2>/dev/null
  FORMATS=exe DIST=$work/signed MINISIGN_KEY=$work/test.key WINDOWS_CERTIFICATE=$work/windows.pem WINDOWS_KEY=$work/windows.key build/package.sh "$version" >/dev/null
  (cd "$work/signed" && minisign -V -q -p "$work/test.pub" -m SHA256SUMS && sha256sum --quiet -c SHA256SUMS) || fail "the sums don’t verify"
  sed -i 's/^0/1/; t; s/^./0/' "$work/signed/SHA256SUMS"
  if minisign -V -q -p "$work/test.pub" -m "$work/signed/SHA256SUMS" 2>/dev/null; then fail "changed sums verify"; fi
  local installer=$work/signed/countersign-$version-windows-amd64.exe program
  7z x -y -o"$work/unpacked" "$installer" >"$work/log"
  for program in "$installer" "$work"/unpacked/{countersign,countersignctl,uninstall}.exe; do
    osslsigncode verify -CAfile "$work/windows.pem" -in "$program" >"$work/log" 2>&1 || {
      tail -n 20 "$work/log" >&2
      fail "the signature of ${program##*/} doesn’t verify"
    }
  done
}

# materials compares the bills of materials with what Go says of the programs.
materials() {
  step "bills of materials"
  local name bill
  for name in countersign countersignctl countersignd windows/countersign.exe windows/countersignctl.exe; do
    bill=${name##*/} bill=$dist/${bill%.exe}-$version
    case $name in windows/*) bill=$bill-windows-amd64 ;; *) bill=$bill-linux-$(go env GOARCH) ;; esac
    go version -m "build/bin/$name" | awk '$1 == "dep" { print $2 "@" $3 }' | sort >"$work/linked"
    # shellcheck disable=SC2016 # JavaScript
    node -e 'for (const c of JSON.parse(require("fs").readFileSync(process.argv[1])).components)
      if (c.purl.startsWith("pkg:golang/") && c.name !== "std") console.log(`${c.name}@${c.version}`)' "$bill.cdx.json" | sort >"$work/listed"
    [ -s "$work/linked" ] || fail "Go knows nothing of $name"
    diff "$work/linked" "$work/listed" || fail "$bill.cdx.json has other modules than $name"
  done
}

# prepare makes a Debian of its own, as this one is.
prepare() {
  step "a fresh Debian"
  # shellcheck disable=SC1091 # the system's
  debootstrap --variant=minbase "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$debian" >"$work/log" 2>&1 || {
    tail "$work/log" >&2
    fail "debootstrap failed"
  }
  echo force-unsafe-io >"$debian/etc/dpkg/dpkg.cfg.d/no-sync" # nothing of it has to survive a power cut
  cp -a /etc/apt/. "$debian/etc/apt/"
  cp -L /etc/resolv.conf /etc/hosts "$debian/etc/"
  mount -t proc proc "$debian/proc"
  mount -t tmpfs tmp "$debian/tmp"
  mount --bind /dev "$debian/dev"
  printf '#!/bin/sh\nexit 101\n' >"$debian/usr/sbin/policy-rc.d" # nothing is started in it
  chmod +x "$debian/usr/sbin/policy-rc.d"
  in_debian apt-get update
  # What a desktop has, and what looks at it.
  in_debian apt-get install -y --no-install-recommends xvfb xauth xdotool dbus dbus-x11 gnome-keyring libsecret-tools systemd libgtk-3-0 libwebkit2gtk-4.1-0
  in_debian useradd --create-home amara
  FORMATS='deb rpm' DIST=$work/before build/package.sh 0.0.1 >/dev/null
  mkdir "$debian/packages"
  cp "$dist"/*.deb "$work"/before/*.deb build/bin/seed "$debian/packages/"
  files >"$work/files"
}

# in_debian runs a command there. It tells what that says only if it fails.
in_debian() {
  chroot "$debian" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive "$@" >"$work/log" 2>&1 </dev/null || {
    tail -n 20 "$work/log" >&2
    fail "there, $1 failed"
  }
}

# files lists what the packages could leave behind.
files() { (cd "$debian" && find etc usr lib var/lib -xdev \( -path var/lib/dpkg -o -path var/lib/apt -o -path var/lib/rpm -o -path var/lib/systemd \) -prune -o -print | sort); }

install_() {
  local package paths=()
  for package in "${packages[@]}"; do
    paths+=("/packages/${package}_$1_$(dpkg --print-architecture).deb")
  done
  in_debian apt-get install -y --no-install-recommends "${paths[@]}"
}

# at_desktop runs a script as a person does, with a screen, a bus and a keyring that is open.
at_desktop() {
  printf '%s\n' "$1" >"$debian/packages/script"
  in_debian runuser -u amara -- env HOME=/home/amara sh -c 'cd && timeout 120 xvfb-run -a dbus-run-session -- sh -c "
    printf keyring | gnome-keyring-daemon --unlock --components=secrets >/dev/null
    exec bash -euo pipefail /packages/script"'
}

install_and_use() {
  step "installed: version 0.0.1"
  install_ 0.0.1
  in_debian countersignctl --version
  in_debian countersignd --version
  in_debian systemd-analyze verify --man=no countersignd.service # it would ask man, which is not there
  in_debian runuser -u countersign -- test -w /var/lib/countersign # where countersignd init makes the key
  step "the window"
  # shellcheck disable=SC2016 # for the shell there
  at_desktop 'countersign & app=$!
    xdotool search --sync --onlyvisible --name Countersign >/dev/null
    kill $app
    wait $app || true'
  step "a workspace of the version before"
  # shellcheck disable=SC2016 # likewise
  at_desktop 'rm -rf .local/share/countersign && mkdir -m 700 .local/share/countersign
    echo "{\"folder\": \"$HOME/.local/share/countersign\", \"service\": \"Countersign\", \"members\": 2,
      \"owner\": {\"workspace\": \"Northwind Legal\", \"name\": \"Amara Okafor\", \"email\": \"amara@example.com\", \"password\": \"umbrella copper violin seven\"}}" |
      /packages/seed >/dev/null'
}

# members asks for those of that workspace.
members='echo "umbrella copper violin seven" | countersignctl members list --email amara@example.com --stdin | grep -q "Amara Okafor"'

update() {
  step "updated, with its data"
  echo 'public-address = "changed.example.com:8443"' >>"$debian/etc/countersign/countersignd.toml"
  install_ "$version"
  in_debian grep -q changed.example.com /etc/countersign/countersignd.toml
  at_desktop "$members"
}

remove() {
  step "removed, without a trace but the data"
  in_debian touch /var/lib/countersign/server.key
  in_debian apt-get purge -y "${packages[@]}"
  no_trace var/lib/countersign{,/server.key} # the user owns these
}

# no_trace PATH… says what a removal left behind. The data stays, and these paths do: no more and no less.
no_trace() {
  files | diff "$work/files" - | sed -n 's/^[<>] //p' | sort >"$work/left" || true
  printf '%s\n' "$@" | sort | diff - "$work/left" || fail "that is not what should stay"
  in_debian test -e /var/lib/countersign/server.key
  in_debian test -e /home/amara/.local/share/countersign/workspace.db
}

# rpm_there is rpm, with that Debian as its root. Libraries have other names for Debian: what the packages depend on, look has compared.
rpm_there() {
  rpm --root "$debian" --dbpath /var/lib/rpm "$@" >"$work/log" 2>&1 || {
    tail -n 20 "$work/log" >&2
    fail "rpm $1 failed"
  }
}

by_rpm() {
  step "by rpm: installed, updated with its data, removed"
  local package
  in_debian userdel countersign
  rm -r "$debian/var/lib/countersign"
  # Fedora has these folders without the packages.
  mkdir -p "$debian"/usr/share/{licenses,metainfo,zsh/site-functions,fish/vendor_completions.d}
  rpm_there --initdb
  files >"$work/files"
  rpm_there -i --nodeps "$work"/before/*.rpm
  in_debian countersignctl --version
  in_debian countersignd --version
  in_debian systemd-analyze verify --man=no countersignd.service
  in_debian runuser -u countersign -- test -w /var/lib/countersign
  echo 'public-address = "changed.example.com:8443"' >>"$debian/etc/countersign/countersignd.toml"
  rpm_there -U --nodeps "$dist"/*.rpm
  for package in "${packages[@]}"; do
    rpm_there -q "$package-$version"
    [ "$package" = countersign-server ] || rpm_there -V --nodeps "$package" # its settings were changed
  done
  in_debian grep -q changed.example.com /etc/countersign/countersignd.toml
  at_desktop "$members"
  in_debian touch /var/lib/countersign/server.key
  rpm_there -e "${packages[@]}"
  no_trace var/lib/countersign{,/server.key} etc/countersign{,/countersignd.toml.rpmsave} # rpm keeps settings that were changed
}

# shellcheck disable=SC2317 # called by the trap
clean_up() {
  local place
  for place in proc tmp dev; do
    if mountpoint -q "$debian/$place"; then umount -l "$debian/$place"; fi
  done
  if mountpoint -q "$debian/dev"; then fail "$debian/dev is still mounted: $work stays"; fi
  rm -rf --one-file-system "$work"
}

main
