#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Checks the Ethos-U65 model against TensorFlow Lite's reference kernels, through programs that Arm's Vela compiles.
#
#   verify/run.sh [--tool PATH] [--record] [options of verify.py]
#
# --tool PATH  an ethosu-run that is already built, beside ethosu-decode-weights (default: builds both in the cache)
# --record     writes the bundles of conformance/data/ethosu anew instead
#
# Environment: VELA_VENV  Python environment with Vela (default ${XDG_CACHE_HOME:-~/.cache}/libaccel/vela-venv; made
#                         on the first run)
#              MOBILENET  a quantised MobileNet .tflite to include (default: the one of the shared models, if there)
# Needs Python 3.10 or 3.11 (PYTHON): tflite-runtime has no newer one.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/libaccel
venv=${VELA_VENV:-$cache/vela-venv}
tool=
record=

arguments=
while [ $# -gt 0 ]; do
    case $1 in
        --tool) tool=$2; shift 2 ;;
        --record) record=1; shift ;;
        *) arguments="$arguments $1"; shift ;;
    esac
done

if ! cmp -s "$here/requirements.txt" "$venv/requirements.done"; then
    "${PYTHON:-python3}" -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    # Only its flatbuffers schema is used; its own dependencies need a newer numpy than tflite-runtime.
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps ai-edge-litert==2.3.0
    cp "$here/requirements.txt" "$venv/requirements.done"
fi

if [ -z "$tool" ]; then
    build=$cache/ethosu-run
    cmake -S "$here/.." -B "$build" -DCMAKE_BUILD_TYPE=Release > "$cache/ethosu-run.log"
    cmake --build "$build" --target ethosu-run ethosu-decode-weights >> "$cache/ethosu-run.log"
    tool=$build/ethosu-run
fi

export PYTHONDONTWRITEBYTECODE=1
if [ -n "$record" ]; then
    exec "$venv/bin/python" "$here/record.py" --tool "$tool" --folder "$root/conformance/data/ethosu"
fi
if [ -z "$arguments" ]; then
    "$venv/bin/python" "$here/weight_streams.py" --tool "$(dirname "$tool")/ethosu-decode-weights"
fi
mobilenet=${MOBILENET:-$root/../shared/models/mobilenet_v1_0.25_128_quant/model.tflite}
if [ -f "$mobilenet" ]; then
    # shellcheck disable=SC2086
    exec "$venv/bin/python" "$here/verify.py" --tool "$tool" --mobilenet "$mobilenet" $arguments
fi
echo "MobileNet is not there ($mobilenet): skipped"
# shellcheck disable=SC2086
exec "$venv/bin/python" "$here/verify.py" --tool "$tool" $arguments
