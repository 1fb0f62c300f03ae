# SPDX-License-Identifier: MIT
# Sourced by `fetch` and `run`: where things are kept, and how a missing part is reported.

lane_cache() { printf '%s\n' "${ACCEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/libaccel}/kernel-lane"; }

. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib/seal.sh"

# ACCEL_SET_UP_ONLY: everything is fetched and unpacked, nothing is built or booted.
set_up_only() { [ -n "${ACCEL_SET_UP_ONLY:-}" ]; }

say() { printf 'kernel lane: %s\n' "$*" >&2; }

# A part that this machine lacks. On a developer's machine the lane is then skipped (77, as ctest and automake read
# it); under CI=true a skip would look like a pass, so there it is a failure.
missing() {
    say "$*"
    if [ "${CI:-}" = true ]; then
        say "CI=true: a missing part is a failure"
        exit 1
    fi
    exit 77
}

# need COMMAND PACKAGE: the command, or the sentence that says which Debian package has it.
need() {
    command -v "$1" >/dev/null 2>&1 || missing "'$1' is not installed; on Debian: apt-get install $2"
}
