#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
#
# Measure, into bench-results/<date>-<host>/. Root; best on a machine that does nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    cat <<'USAGE'
usage: devtools/bench.sh [cost|veth|settings|idle|loop|plot|all] [--quick] [--out DIR] [OPTION]...
  cost      cycles of the driver a packet, against net_af_xdp, net_null and net_floor
  veth      packets a second end to end on veth pairs, against net_af_xdp and a loop without DPDK
  settings  what GRO, threaded NAPI, a queueing discipline and the frames of a call are worth
  idle      CPU and system calls of a port that has little to do, or nothing
  loop      cycles of afx-testpmd's forwarding loop, against dpdk-testpmd's
  plot      pictures of the results in DIR, for README.md
  all       all of them, in this order
--quick takes minutes where the whole takes an hour. What else each of them knows: --help behind it.
BENCH_BUILD is the build folder (default: build), AFX_PLUGIN another driver than that one's.
USAGE
}

case ${1:-} in
cost | veth | settings | idle | loop | plot) benches=("$1") ;;
all) benches=(cost veth settings idle loop plot) ;;
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
if [ "$EUID" -ne 0 ] && [ "${benches[*]}" != plot ]; then
    echo "bench.sh: needs root, for namespaces and AF_XDP sockets" >&2
    exit 1
fi
build=${BENCH_BUILD:-build}
if [ "${benches[*]}" != plot ]; then
    [ -e "$build/build.ninja" ] || meson setup "$build"
    ninja -C "$build" >/dev/null
fi
export BENCH_BUILD=$build PYTHONDONTWRITEBYTECODE=1
# A limit that is not kept is the exit code, but the others are measured all the same.
failed=0
for bench in "${benches[@]}"; do
    /usr/bin/python3 "test/bench/$bench.py" "$@" || failed=1
done
exit "$failed"
