# SPDX-License-Identifier: MIT
# Sourced by the lane's commands: where things are kept, which devices have a lane, and how a missing part is reported.

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

devices_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../devices" && pwd)

# The names of the devices that have a lane.
lane_devices() {
    local board
    for board in "$devices_folder"/*/lane/board; do
        [ ! -e "$board" ] || basename "$(dirname "$(dirname "$board")")"
    done
}

# load_board DEVICE: reads what the lane has to know of it.
load_board() {
    device=$1
    device_folder=$devices_folder/$device
    if [ ! -r "$device_folder/lane/board" ]; then
        say "no device '$device' has a lane; there are: $(lane_devices | tr '\n' ' ')"
        exit 2
    fi
    driver= modules= machine_options= suites= digits=
    add_files() { :; }
    . "$device_folder/lane/board"
    if [ -z "$driver" ] || [ -z "$modules" ] || ! declare -F add_nodes >/dev/null; then
        say "$device_folder/lane/board lacks driver, modules or add_nodes"
        exit 99
    fi
}
