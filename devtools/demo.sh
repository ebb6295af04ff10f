#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
#
# Show afx at work on this machine: set up, build, then let stock dpdk-testpmd
# reflect real frames on a veth pair between two namespaces and judge the
# result. Exit code 0 is PASS. Touches no interface that it did not make.
# BUILD is the build folder (default: build).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=$(realpath -m "${BUILD:-$root/build}")
plugin=$build/drivers/net/afx/librte_net_afx.so

die() {
    echo "demo: $*" >&2
    exit 1
}

# EAL refuses plugins that anybody could have replaced.
refuse_world_writable() {
    local dir=$build
    while [ "$dir" != / ]; do
        if [ -d "$dir" ] && [ -n "$(find "$dir" -maxdepth 0 -perm -0002)" ]; then
            die "DPDK loads no driver from below $dir, which everybody may write to;" \
                "give another build folder: BUILD=/root/afx-build $0"
        fi
        dir=$(dirname "$dir")
    done
}

[ "$(id -u)" -eq 0 ] || die "needs root for namespaces and AF_XDP: sudo $0"
refuse_world_writable
"$root/devtools/setup.sh"
if [ ! -e "$build/build.ninja" ]; then
    echo "demo: configuring $build"
    text=$(meson setup "$build" "$root" 2>&1) || die "$text"
fi
echo "demo: building"
text=$(meson compile -C "$build" rte_net_afx 2>&1) || die "$text"
exec env PYTHONDONTWRITEBYTECODE=1 AFX_PLUGIN="$plugin" \
    /usr/bin/python3 "$root/devtools/demo.py" "$@"
