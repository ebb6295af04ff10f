#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
#
# Random operations on two ports under full traffic, and at every stop all is counted.
# Touches no interface that it did not make. BUILD is the build folder (default: build).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=$(realpath -m "${BUILD:-$root/build}")

usage() {
    cat <<'USAGE'
usage: devtools/soak.sh MINUTES [SEED]
  The last line is the verdict; exit code 0 is PASS. The same SEED repeats the same operations.
USAGE
}

case ${1:-} in
-h | --help)
    usage
    exit 0
    ;;
esac
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    usage >&2
    exit 2
fi
[ "$(id -u)" -eq 0 ] || {
    echo "soak: needs root for namespaces and AF_XDP: sudo $0 $*" >&2
    exit 1
}
for file in drivers/net/afx/librte_net_afx.so test/lifecycle/lifecycle-soak; do
    [ -e "$build/$file" ] || {
        echo "soak: no $build/$file; run: meson setup build && ninja -C build" >&2
        exit 1
    }
done
# It takes its namespaces, interfaces and processes down on INT and TERM by itself.
exec env PYTHONDONTWRITEBYTECODE=1 AFX_PLUGIN="$build/drivers/net/afx/librte_net_afx.so" \
    AFX_SOAK="$build/test/lifecycle/lifecycle-soak" \
    /usr/bin/python3 "$root/test/lifecycle/soak.py" "$@"
