#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
#
# Build in every configuration and run every suite. The last line is the sum of all cases.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    cat <<'USAGE'
usage: devtools/test.sh [--full] [--suite NAME]
  --full        longer runs (SCALE=full; tests see it as AFX_SCALE)
  --suite NAME  only this one: style unit tsan bpf fuzz veth lifecycle apps bench
                conservation guest, or kernels, which runs only when named
USAGE
}

# In this order. Name, build folder, bound in seconds for the whole suite (x 10 with --full).
SUITES=(
    "style build 120"
    "unit build-asan 600"
    "tsan build-tsan 300"
    "bpf build 120"
    "fuzz build-asan 300"
    "veth build 1800"
    "lifecycle build 1200"
    "apps build 900"
    "bench build 600"
    "conservation build-debug 1200"
    "guest build 900"
    "kernels build-debug 1800"
)

# Else Ctrl-C ends one suite, and the next one starts.
trap 'exit 130' INT TERM

SCALE=ci
only=
while [ $# -gt 0 ]; do
    case $1 in
    --full) SCALE=full ;;
    --suite)
        only=${2:?--suite wants a name}
        shift
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
    shift
done
if [ -n "$only" ] && ! printf '%s\n' "${SUITES[@]}" | grep -q "^$only "; then
    echo "test.sh: there is no suite '$only'" >&2
    usage >&2
    exit 2
fi
echo "SCALE=$SCALE"
export AFX_SCALE=$SCALE

setup_options() {
    case $1 in
    build) echo "CC=gcc" ;;
    # clang: frames through the plugin of either compiler; they have disagreed on aliasing before.
    build-debug) echo "CC=clang -Ddebug_conservation=true" ;;
    build-asan) echo "CC=clang -Db_sanitize=address,undefined -Db_lundef=false" \
        "-Ddebug_conservation=true -Dfuzz=true" ;;
    # clang: gcc refuses atomic_thread_fence under TSan.
    build-tsan) echo "CC=clang -Db_sanitize=thread -Db_lundef=false" ;;
    esac
}

# Configure folder $1, unless it is already as we want it. One that we made otherwise is made anew,
# a developer's own gets our options.
configure() {
    local options words mode=
    options=$(setup_options "$1")
    read -ra words <<<"$options"
    if [ -e "$1/.options" ]; then
        [ "$(cat "$1/.options")" != "$options" ] || return 0
        rm -rf "$1"
    elif [ -e "$1/build.ninja" ]; then
        mode=--reconfigure
    fi
    env "${words[0]}" meson setup $mode "$1" "${words[@]:1}" || return 1
    echo "$options" >"$1/.options"
}

# Whether suite $1 is to run.
selected() {
    if [ -n "$only" ]; then
        [ "$1" = "$only" ]
    else
        [ "$1" != kernels ]
    fi
}

# What there is to compile in folder $1: what its suites need, but everything in the main one.
targets() {
    local row suite dir suites=()
    [ "$1" != build ] || return 0
    for row in "${SUITES[@]}"; do
        read -r suite dir _ <<<"$row"
        if [ "$dir" = "$1" ] && selected "$suite"; then
            suites+=("$suite")
        fi
    done
    devtools/suite-targets "$1" "${suites[@]}"
}

# Configure and compile into folder $1; quiet unless it fails. What there is to
# compile is read from a folder that knows of all meson.build files as they are now.
build() {
    local log targets
    log=$(mktemp)
    if configure "$1" >"$log" 2>&1 && ninja -C "$1" build.ninja >>"$log" 2>&1 &&
        targets=$(targets "$1" 2>>"$log") &&
        xargs ninja -C "$1" <<<"$targets" >>"$log" 2>&1; then
        echo "$1: compiled with $(setup_options "$1")"
        rm -f "$log"
        return 0
    fi
    cat "$log" >&2
    rm -f "$log"
    return 1
}

results=()
declare -A built=()

# Build folder $1 once; a failure is recorded once and told to every caller.
need_build() {
    if [ -z "${built[$1]:-}" ]; then
        if build "$1"; then
            built[$1]=yes
        else
            built[$1]=no
            results+=(--failed "$1: does not build")
        fi
    fi
    [ "${built[$1]}" = yes ]
}

run_suite() {
    local suite=$1 dir=$2 bound=$3 base args=()
    if [ "$SCALE" = full ]; then
        bound=$((bound * 10))
        args+=(--timeout-multiplier 10)
        # The last one given counts for libFuzzer.
        [ "$suite" != fuzz ] || args+=(--test-args=-max_total_time=200)
    fi
    base=$dir/meson-logs/testlog-$suite
    rm -f "$base".*
    echo "== $suite"
    # setarch -R: the sanitizers' fixed shadow memory and randomised mappings collide now and then.
    # meson's verdict is not lost: sum-tests reads it from the log, and a missing log is a failure.
    timeout --foreground --kill-after=30 "$bound" setarch -R meson test -C "$dir" --no-rebuild \
        --suite "$suite" --logbase "testlog-$suite" --print-errorlogs "${args[@]}" || true
    results+=("$base")
}

devtools/setup.sh
# What can not be had is told by the tests of it, which skip.
case ${only:-apps} in apps) devtools/apps-setup.sh >/dev/null || true ;; esac
if [ "$(cat /sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages 2>/dev/null || echo 0)" -lt 256 ]; then
    export AFX_NO_HUGE=1
fi

for row in "${SUITES[@]}"; do
    read -r suite dir bound <<<"$row"
    if ! selected "$suite"; then
        continue
    fi
    if need_build "$dir"; then
        run_suite "$suite" "$dir" "$bound"
    fi
done

echo "== result"
devtools/sum-tests "${results[@]}"
