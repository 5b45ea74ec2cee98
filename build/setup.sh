#!/usr/bin/env bash
# Installs what building and testing Countersign needs on Debian and Ubuntu, and
# says what. On other systems it says what to install. It is quick and silent
# when nothing is missing.
#
#   build/setup.sh build     what `make build` needs
#   build/setup.sh test      what `make test` and `make tour` need beside that
#   build/setup.sh server    what `make server` needs
#   build/setup.sh failover  what `make test-failover` needs
#   build/setup.sh package   what `make package` needs, and packages what `make test-packages` needs
#   build/setup.sh           the first two
set -euo pipefail

go_least=1.26
node_least=20.19

build_packages=(gcc pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev)
test_packages=(
  xvfb xauth dbus gnome-keyring                # a private desktop
  at-spi2-core gir1.2-atspi-2.0 gir1.2-gtk-3.0 python3-gi # the window, read as a screen reader does
  xdotool imagemagick                          # the window, clicked and photographed
  chromium                                     # the page
  zbar-tools oathtool poppler-utils qpdf       # QR codes, codes and PDFs, read by others' tools
  fonts-noto-core fonts-noto-cjk               # names of every script, on paper
  libsecret-tools shellcheck
  postgresql                                   # the tests of backend/postgres start one of their own
  haproxy                                      # make server, which the browser tests start
)
package_packages=(librsvg2-bin binutils nsis)

say() { printf 'setup: %s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

# older A B: version A is older than version B.
older() { [ "$1" != "$2" ] && [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

check_languages() {
  command -v go >/dev/null || fail "Go $go_least or newer is needed. Install it from https://go.dev/dl and put it on the PATH."
  local v
  v=$(go env GOVERSION)
  v=${v#go}
  older "${v%% *}" "$go_least" && fail "Go $go_least or newer is needed, and this is $v."
  command -v node >/dev/null || fail "Node $node_least or newer, with npm, is needed. Install it from https://nodejs.org."
  command -v npm >/dev/null || fail "npm is needed. It comes with Node from https://nodejs.org."
  v=$(node --version)
  older "${v#v}" "$node_least" && fail "Node $node_least or newer is needed, and this is $v."
  return 0
}

check_linux() {
  local missing=()
  pkg-config --exists webkit2gtk-4.1 gtk+-3.0 2>/dev/null || missing+=("the development files of GTK 3 and WebKitGTK 4.1")
  command -v cc >/dev/null || missing+=("a C compiler")
  [ ${#missing[@]} -eq 0 ] || fail "this is neither Debian nor Ubuntu. Install ${missing[*]} with the system's package manager."
}

check_darwin() {
  xcode-select -p >/dev/null 2>&1 || fail "the command line tools of Xcode are needed: xcode-select --install"
}

is_installed() {
  case $1 in
    # Ubuntu has Chromium under other names, and any of them serves.
    chromium) command -v chromium chromium-browser google-chrome >/dev/null && return 0 ;;
    # Any version serves, from any repository.
    postgresql) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return 0 ;;
    pkg-config) command -v pkg-config >/dev/null && return 0 ;;
  esac
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_packages() {
  local missing=() p
  for p in "$@"; do
    is_installed "$p" || missing+=("$p")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "as root, run: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}${as_root:+ (with sudo)}"
  # The list of packages may be missing or old: fetch it if it fails to serve.
  if apt install --no-install-recommends "${missing[@]}" 2>/dev/null; then
    return 0
  fi
  apt update || fail "the list of packages could not be fetched. Check the network and /etc/apt."
  apt install --no-install-recommends "${missing[@]}" ||
    fail "installing failed; the lines above say why. As root, try: apt-get install ${missing[*]}"
}

# apt runs apt-get without questions, and shows what it says only if it fails.
apt() {
  local log
  log=$(mktemp)
  if "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
    -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@" >"$log" 2>&1 </dev/null; then
    rm -f "$log"
    return 0
  fi
  tail -n 8 "$log" >&2
  rm -f "$log"
  return 1
}

main() {
  local packages=()
  case ${1:-all} in
    build) packages=("${build_packages[@]}") ;;
    test) packages=("${test_packages[@]}") ;;
    server) packages=(postgresql haproxy) ;;
    package) packages=("${build_packages[@]}" "${package_packages[@]}") ;;
    packages)
      packages=("${build_packages[@]}" "${package_packages[@]}" lintian appstream desktop-file-utils rpm debootstrap minisign openssl osslsigncode p7zip-full)
      ;;
    failover) packages=(postgresql patroni etcd-server) ;;
    all) packages=("${build_packages[@]}" "${test_packages[@]}") ;;
    *) fail "unknown part: $1 (build, test, server, package, packages or failover)" ;;
  esac
  check_languages
  case $(uname -s) in
    Linux)
      if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
        install_packages "${packages[@]}"
      else
        check_linux
      fi
      ;;
    Darwin) check_darwin ;;
  esac
}

main "$@"
