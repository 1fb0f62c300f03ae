#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Checks the Ethos-U65 model against TensorFlow Lite's reference kernels, through programs that Arm's Vela compiles.
#
#   verify/run.sh [--tool PATH] [--record] [--without-mobilenet] [options of verify.py]
#
# Fails unless every program gives equal results, none that left_on_cpu.json does not list was left on the CPU, and, in
# a run of everything, at least 60 single-operation models and MobileNet were compared.
#
# --tool PATH  an ethosu-run that is already built, beside ethosu-decode-weights (default: builds both in the cache)
# --record     writes the bundles of ../data anew instead
# --without-mobilenet  goes on where MobileNet is not there, which is a failure otherwise
#
# Environment: VELA_VENV  Python environment with Vela (default ${XDG_CACHE_HOME:-~/.cache}/libaccel/vela-venv; made
#                         on the first run)
#              MOBILENET  a quantised MobileNet .tflite to include (default: the one of the shared models)
# Needs Python 3.10 or 3.11 (PYTHON): tflite-runtime has no newer one.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/libaccel
venv=${VELA_VENV:-$cache/vela-venv}
tool=
record=
without_mobilenet=

arguments=
while [ $# -gt 0 ]; do
    case $1 in
        --tool) tool=$2; shift 2 ;;
        --record) record=1; shift ;;
        --without-mobilenet) without_mobilenet=$1; shift ;;
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
    cmake -S "$here/../model" -B "$build" -DCMAKE_BUILD_TYPE=Release > "$cache/ethosu-run.log"
    cmake --build "$build" --target ethosu-run ethosu-decode-weights >> "$cache/ethosu-run.log"
    tool=$build/ethosu-run
fi

export PYTHONDONTWRITEBYTECODE=1
if [ -n "$record" ]; then
    exec "$venv/bin/python" "$here/record.py" --tool "$tool" --folder "$here/../data"
fi
mobilenet=${MOBILENET:-$root/../shared/models/mobilenet_v1_0.25_128_quant/model.tflite}
if [ -z "$arguments" ]; then
    "$venv/bin/python" "$here/verdict_test.py"
    "$venv/bin/python" "$here/weight_streams.py" --tool "$(dirname "$tool")/ethosu-decode-weights"
    if [ ! -f "$mobilenet" ] && [ -z "$without_mobilenet" ]; then
        echo "MobileNet is not there ($mobilenet): set MOBILENET, or give --without-mobilenet" >&2
        exit 1
    fi
fi
if [ -f "$mobilenet" ] && [ -z "$without_mobilenet" ]; then
    # shellcheck disable=SC2086
    exec "$venv/bin/python" "$here/verify.py" --tool "$tool" --mobilenet "$mobilenet" $arguments
fi
# shellcheck disable=SC2086
exec "$venv/bin/python" "$here/verify.py" --tool "$tool" $without_mobilenet $arguments
