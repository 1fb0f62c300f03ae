# SPDX-License-Identifier: MIT
# Shared by the scripts: where things are, how they talk, and how packages get here.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${ACCEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/libaccel}
BUILD=${ACCEL_BUILD:-$ROOT/build/release}

. "$ROOT/scripts/lib/seal.sh"
say() { printf '\033[1m== %s\033[0m\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# The set-up alone: what takes minutes, such as building, testing and booting, is left out, and each script says so. For tests of the set-up.
set_up_only() { [ -n "${ACCEL_SET_UP_ONLY:-}" ]; }

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
  local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "${missing[@]}")
  "${install[@]}" >"$CACHE/apt.log" 2>&1 && return 0
  # An installation that was killed is brought to its end first; then old lists are the likeliest cause.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive dpkg --configure -a >>"$CACHE/apt.log" 2>&1 || true
  "${as_root[@]}" apt-get update >>"$CACHE/apt.log" 2>&1 || die "apt-get update failed; see $CACHE/apt.log"
  "${install[@]}" >>"$CACHE/apt.log" 2>&1 || die "apt-get install failed; see $CACHE/apt.log"
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

# suite_package SUITE PACKAGE DIR: DIR becomes a package of another Debian suite, unpacked, unless it is that already. Through an apt of our own: the machine's
# sources stay as they are.
suite_package() {
  local suite=$1 package=$2 target=$3 root=$CACHE/apt-$1
  (
    flock 9
    ! seal_holds "$target" "$target/.seal-$package" || exit 0
    say "fetching $package from $suite into the cache"
    # What an earlier run left there, whole or not, may be the reason why it failed.
    download_suite_package || { rm -rf "$root"; download_suite_package; } || die "cannot fetch $package from $suite; see $root/log"
    rm -rf "$target".new "$target".old
    mkdir "$target".new
    dpkg -x "$root/cache/$package"_*.deb "$target".new
    seal_tree "$target".new "$target.new/.seal-$package"
    [ ! -e "$target" ] || mv "$target" "$target".old
    mv "$target".new "$target"
    rm -rf "$target".old
  ) 9>"$CACHE/lock"
}

# For suite_package, with its variables.
download_suite_package() {
  local mirror
  mirror=$(debian_mirror) || exit 1
  mkdir -p "$root"/{lists/partial,cache/archives/partial,state,etc/apt.conf.d,etc/preferences.d,etc/trusted.gpg.d}
  : >"$root/state/status"
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$mirror" "$suite" >"$root/etc/sources.list"
  local options=(-o Dir::Etc="$root/etc" -o Dir::Etc::sourcelist="$root/etc/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State="$root/state"
    -o Dir::State::lists="$root/lists" -o Dir::State::status="$root/state/status" -o Dir::Cache="$root/cache" -o APT::Sandbox::User="$(id -un)")
  (
    apt-get "${options[@]}" update && cd "$root/cache" && rm -f -- "$package"_*.deb && apt-get "${options[@]}" download "$package" &&
      dpkg --contents "$package"_*.deb
  ) >"$root/log" 2>&1
}

# virtual_environment DIR NAME==VERSION…: DIR becomes a virtual environment with these packages of PyPI, unless it is that already.
virtual_environment() {
  local target=$1; shift
  (
    flock 9
    ! "$target/bin/python" "$ROOT/scripts/lib/venv_intact.py" "$@" 2>/dev/null || exit 0
    say "installing $* into a virtual environment in the cache"
    # In its final place, because its programs name it; an earlier one, whole or not, is removed first.
    { /usr/bin/python3 -m venv --clear "$target" && "$target/bin/python" -m pip install --quiet "$@"; } >"$target.log" 2>&1 ||
      die "$(basename "$target") cannot be installed; see $target.log"
  ) 9>"$CACHE/lock"
}

mkdir -p "$CACHE"
