#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
#
# Other people's programs that test/apps runs on afx ports, in a cache folder (AFX_CACHE, else
# ~/.cache/afx): DPDK's examples, built unmodified from the source of the installed DPDK, and Open
# vSwitch with DPDK, unpacked from Debian packages. Nothing is installed, no daemon started. What is
# there already is left as it is. Prints the folder.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=devtools/dpdk-source.sh
. devtools/dpdk-source.sh

EXAMPLES=(l2fwd l3fwd l3fwd-power link_status_interrupt multi_process/symmetric_mp rxtx_callbacks
    skeleton)
OVS_PACKAGES=(openvswitch-common openvswitch-switch openvswitch-switch-dpdk)

CACHE=${AFX_CACHE:-$HOME/.cache/afx}/apps
TMP=
trap '[ -z "$TMP" ] || rm -rf "$TMP"' EXIT
trap 'exit 130' INT TERM

say() {
    echo "apps-setup: $*" >&2
}

# Give up, showing log file $1.
die() {
    cat "$1" >&2
    shift
    say "$*"
    exit 1
}

# Whether folder $1 was made for the DPDK that is installed.
is_current() {
    [ "$(cat "$1/VERSION" 2>/dev/null)" = "$VERSION" ]
}

# Put folder $1, which is complete, in the place of folder $2.
put() {
    echo "$VERSION" >"$1/VERSION"
    rm -rf "$2"
    mv "$1" "$2"
}

# By each example's own Makefile.
get_examples() {
    local source name dir=$CACHE/examples
    ! is_current "$dir" || return 0
    source=$(dpkg-query -W -f '${source:Version}' libdpdk-dev)
    say "building DPDK $VERSION's examples in $dir"
    mkdir "$TMP/source" "$TMP/examples"
    download_dpdk_source "$source" "$TMP/source" "$TMP" ||
        die "$TMP/apt.log" "the source of dpdk $source can not be downloaded"
    tar -xf "$TMP"/source/dpdk_*.orig.tar.* -C "$TMP/examples" --wildcards --strip-components=2 \
        'dpdk-*/examples'
    printf '%s\n' "${EXAMPLES[@]}" |
        xargs -P "$(nproc)" -I{} make -s -C "$TMP/examples/{}" >"$TMP/make.log" 2>&1 ||
        die "$TMP/make.log" "DPDK's examples do not build"
    mkdir "$TMP/built"
    # Each leaves one program in build, and a link to it.
    for name in "${EXAMPLES[@]}"; do
        cp -L "$TMP/examples/$name"/build/*-shared "$TMP/built/${name##*/}"
    done
    put "$TMP/built" "$dir"
}

# Its three packages, and those libraries of it that this machine does not have.
get_ovs() {
    local deb dir=$CACHE/ovs apt
    ! is_current "$dir" || return 0
    say "unpacking Open vSwitch to $dir"
    mkdir -p "$TMP/debs/archives/partial" "$TMP/deblists/partial" "$TMP/ovs"
    apt=(apt-get -qq -o Dir::State::lists="$TMP/deblists" -o Dir::Cache="$TMP/debs"
        -o APT::Sandbox::User=root -o Debug::NoLocking=1)
    "${apt[@]}" update >"$TMP/apt.log" 2>&1 || true
    "${apt[@]}" install --download-only --reinstall --no-install-recommends -y \
        "${OVS_PACKAGES[@]}" >>"$TMP/apt.log" 2>&1 ||
        die "$TMP/apt.log" "${OVS_PACKAGES[*]} can not be downloaded"
    for deb in "$TMP"/debs/archives/*.deb; do
        dpkg-deb -x "$deb" "$TMP/ovs"
    done
    put "$TMP/ovs" "$dir"
}

VERSION=$(pkg-config --modversion libdpdk)
TMP=$(mktemp -d)
mkdir -p "$CACHE"
exec 9>"$CACHE/lock"
flock 9
get_examples
get_ovs
echo "$CACHE"
