# SPDX-License-Identifier: MIT
# Shared by the scripts: where things are, how they talk, and how packages get here.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${ACCEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/libaccel}
BUILD=${ACCEL_BUILD:-$ROOT/build/release}

say() { printf '\033[1m== %s\033[0m\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Install what is missing of the named Debian packages. Root (or sudo) is only needed when something is missing.
apt_need() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  say "installing ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "these packages are missing and sudo is not here; as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >"$CACHE/apt.log" 2>&1 && return 0
  "${as_root[@]}" apt-get update >>"$CACHE/apt.log" 2>&1 || die "apt-get update failed; see $CACHE/apt.log"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >>"$CACHE/apt.log" 2>&1 ||
    die "apt-get install failed; see $CACHE/apt.log"
}

# The mirror that this machine's own apt uses for Debian.
debian_mirror() {
  local uri
  [ -z "${ACCEL_DEBIAN_MIRROR:-}" ] || { printf '%s' "$ACCEL_DEBIAN_MIRROR"; return; }
  uri=$(sed -n 's/^URIs:[[:space:]]*\([^[:space:]]*\/debian\)\/\{0,1\}[[:space:]]*$/\1/p' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -n 1)
  [ -n "$uri" ] || uri=$(sed -n 's/^deb[[:space:]]\(\[[^]]*\][[:space:]]\)\{0,1\}\([^[:space:]]*\/debian\)\/\{0,1\}[[:space:]].*/\2/p' /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | head -n 1)
  [ -n "$uri" ] || die "apt's own sources name no Debian archive; set ACCEL_DEBIAN_MIRROR to the URI of one"
  printf '%s' "$uri"
}

# suite_package SUITE PACKAGE DIR: unpack a package of another Debian suite into DIR, through an apt of our own: the machine's sources stay as they are.
suite_package() {
  local suite=$1 package=$2 target=$3 root=$CACHE/apt-$1
  [ -e "$target/.complete-$package" ] && return 0
  say "fetching $package from $suite into the cache"
  mkdir -p "$root"/{lists/partial,cache/archives/partial,state,etc/apt.conf.d,etc/preferences.d,etc/trusted.gpg.d} "$target"
  : >"$root/state/status"
  local mirror
  mirror=$(debian_mirror)
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$mirror" "$suite" >"$root/etc/sources.list"
  local options=(-o Dir::Etc="$root/etc" -o Dir::Etc::sourcelist="$root/etc/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State="$root/state"
    -o Dir::State::lists="$root/lists" -o Dir::State::status="$root/state/status" -o Dir::Cache="$root/cache" -o APT::Sandbox::User="$(id -un)")
  { apt-get "${options[@]}" update && cd "$root/cache" && apt-get "${options[@]}" download "$package"; } >"$root/log" 2>&1 || die "cannot fetch $package from $suite; see $root/log"
  local deb
  for deb in "$root/cache/$package"_*.deb; do dpkg -x "$deb" "$target"; done
  touch "$target/.complete-$package"
  cd "$ROOT"
}

mkdir -p "$CACHE"
