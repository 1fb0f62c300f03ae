# SPDX-License-Identifier: MIT
# Sourced by `fetch` and `sysroot`: an apt of our own for Debian's arm64 packages. Nothing is installed, no root is needed,
# and the machine's own apt sources and lists stay untouched.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
apt_root=

# The first Debian archive among the machine's own sources, in either of apt's two formats.
machine_mirror() {
    local found
    found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
        sed -nE 's/^deb(-src)?[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+\/debian)\/?[[:space:]].*/\3/p' | head -n 1)
    [ -n "$found" ] || found=$(cat /etc/apt/sources.list.d/*.sources 2>/dev/null |
        sed -nE 's/^URIs:[[:space:]]*([^[:space:]]+\/debian)\/?([[:space:]].*)?$/\1/p' | head -n 1)
    [ -n "$found" ] || missing "apt's own sources name no Debian archive; set LANE_MIRROR to the URI of one"
    printf '%s\n' "$found"
}

apt_private() {
    local tool=$1
    shift
    "$tool" -q -o Dir::Etc="$apt_root/etc" -o Dir::Etc::sourcelist="$apt_root/etc/sources.list" \
        -o Dir::Etc::sourceparts=- -o Dir::Etc::preferencesparts=- -o Dir::State="$apt_root/state" \
        -o Dir::State::lists="$apt_root/lists" -o Dir::State::status="$apt_root/state/status" \
        -o Dir::Cache="$apt_root/cache" -o APT::Architecture=arm64 -o APT::Architectures=arm64 \
        -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}

# apt_update FOLDER SUITE…: makes FOLDER the apt root of these suites and reads their lists. 1 if they cannot be read.
apt_update() {
    local mirror suite
    mirror=${LANE_MIRROR:-$(machine_mirror)} || exit $?
    apt_root=$1
    shift
    need apt-get apt
    need dpkg-deb dpkg
    [ -r "$keyring" ] || missing "$keyring is missing; on Debian: apt-get install debian-archive-keyring"
    mkdir -p "$apt_root"/{lists/partial,cache/archives/partial,state,etc/preferences.d,download}
    touch "$apt_root/state/status"
    for suite in "$@"; do
        printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite"
    done >"$apt_root/etc/sources.list"
    say "reading the package lists of $* (arm64) from $mirror"
    apt_private apt-get update >"$apt_root/update.log" 2>&1 || apt_anew
}

# Reads the lists once more into an empty place: apt believes what an interrupted run left there if name and date are right.
apt_anew() {
    rm -rf "$apt_root/lists" "$apt_root/cache" "$apt_root/download"
    mkdir -p "$apt_root"/{lists/partial,cache/archives/partial,download}
    apt_private apt-get update >"$apt_root/update.log" 2>&1
}

apt_update_error() { tail -n 1 "$apt_root/update.log"; }

# Prints the file. In conditions errexit is off: call it as `deb=$(download NAME) || exit $?`.
download() {
    download_once "$1" || { apt_anew && download_once "$1"; } ||
        missing "package $1 (arm64) could not be downloaded: $(tail -n 1 "$apt_root/download.log")"
    ls "$apt_root/download/$1"_*.deb
}

download_once() {
    (cd "$apt_root/download" && rm -f -- "$1"_*.deb && apt_private apt-get download "$1" && dpkg-deb --contents "$1"_*.deb) >"$apt_root/download.log" 2>&1
}

# unpack DEB FOLDER [PATTERN…]: all members, or those that match.
unpack() {
    local deb=$1 into=$2
    shift 2
    mkdir -p "$into"
    if [ $# -gt 0 ]; then set -- --wildcards "$@"; fi
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$into" "$@"
}
