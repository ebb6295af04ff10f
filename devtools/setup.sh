#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
#
# Make this machine ready to build and test afx: Debian packages, the driver-SDK headers of the
# installed DPDK, hugepages, bpffs. Says what it does, and nothing when there is nothing to do.
# Touches no network interface and no file in /etc.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=devtools/dpdk-source.sh
. devtools/dpdk-source.sh

PACKAGES=(
    # build
    meson ninja-build pkg-config gcc libc6-dev make clang llvm libclang-rt-dev bpftool
    libdpdk-dev libbpf-dev libxdp-dev libmnl-dev libjansson-dev
    # setup.sh itself
    xz-utils
    # programs that the tests and the demo drive
    dpdk dpdk-dev python3-pyelftools iproute2 ethtool tcpdump iperf3 iputils-ping libcap2-bin
    xdp-tools strace jq
    # tests and checks
    libcmocka-dev python3-pytest python3-pytest-timeout python3-pexpect python3-scapy clang-format
    shellcheck flake8 mandoc
    # pictures of devtools/bench.sh
    python3-matplotlib
)

# What EAL finds enough for the tests and the demo: 512 pages of 2 MB.
HUGEPAGES=512
HUGEPAGES_DIR=/sys/kernel/mm/hugepages/hugepages-2048kB

TMP=
trap '[ -z "$TMP" ] || rm -rf "$TMP"' EXIT

say() {
    echo "setup: $*"
}

die() {
    echo "setup: $*" >&2
    exit 1
}

install_packages() {
    local missing
    # Status "installed" of a package in PACKAGES, subtracted from PACKAGES.
    missing=$(comm -23 <(printf '%s\n' "${PACKAGES[@]}" | sort) \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${PACKAGES[@]}" 2>/dev/null |
            sed -n 's/^installed //p' | sort -u))
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086 # one word a package
    set -- $missing
    [ "$(id -u)" -eq 0 ] || die "root is needed to install packages that are missing: apt-get install $*"
    say "installing $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update || die "apt-get update failed: check the network and /etc/apt"
    apt-get -qq install --no-install-recommends -o Dpkg::Use-Pty=0 "$@" >"$TMP/apt.log" 2>&1 || {
        cat "$TMP/apt.log" >&2
        die "apt-get install failed: $*"
    }
}

# Paths, in DPDK's source, of the driver-SDK headers of release $1 that Debian does not install.
sdk_headers() {
    echo lib/ethdev/ethdev_driver.h lib/ethdev/ethdev_vdev.h
    echo drivers/bus/vdev/bus_vdev_driver.h lib/eal/include/dev_driver.h
    if dpkg --compare-versions "$1" ge 25.11; then
        echo lib/ethdev/rte_flow_driver.h lib/ethdev/rte_tm_driver.h lib/ethdev/rte_mtr_driver.h
    fi
    if dpkg --compare-versions "$1" ge 26.07; then
        echo lib/eal/include/bus_driver.h
    fi
}

extract_sdk() {
    local version source sdk paths cflags
    version=$(pkg-config --modversion libdpdk) || die "pkg-config does not know libdpdk"
    sdk=.sdk/$version
    [ ! -e "$sdk/VERSION" ] || return 0
    # A DPDK built with -Denable_driver_sdk=true has them installed.
    read -ra cflags <<<"$(pkg-config --cflags libdpdk)"
    if echo '#include <ethdev_driver.h>' |
        gcc -E -DALLOW_INTERNAL_API "${cflags[@]}" - >/dev/null 2>&1; then
        return 0
    fi
    source=$(dpkg-query -W -f '${source:Version}' libdpdk-dev)
    case ${source#*:} in
    "$version" | "$version"-*) ;;
    *) die "libdpdk $version is not the one of Debian's libdpdk-dev ($source):" \
        "configure with -Ddpdk_sdk=DIR, the folder of its driver headers" ;;
    esac
    say "extracting the driver-SDK headers of DPDK $version to $sdk"
    mkdir "$TMP/source" "$TMP/sdk"
    if ! download_dpdk_source "$source" "$TMP/source" "$TMP"; then
        cat "$TMP/apt.log" >&2
        die "the source of dpdk $source can not be downloaded. Replaced by a newer one? Then:" \
            "apt-get install libdpdk-dev dpdk-dev dpdk. Else give its headers: -Ddpdk_sdk=DIR"
    fi
    read -ra paths <<<"$(sdk_headers "$version" | tr '\n' ' ')"
    tar -xf "$TMP"/source/dpdk_*.orig.tar.* -C "$TMP/sdk" --wildcards --no-anchored \
        --transform 's|.*/||' "${paths[@]/#/dpdk-*/}" ||
        die "the source of dpdk $source does not have all of: ${paths[*]}"
    echo "$version" >"$TMP/sdk/VERSION"
    mkdir -p .sdk
    rm -rf "$sdk"
    mv "$TMP/sdk" "$sdk"
}

reserve_hugepages() {
    local free total
    [ -z "${AFX_NO_HUGE:-}" ] || return 0
    free=$(cat $HUGEPAGES_DIR/free_hugepages 2>/dev/null || echo 0)
    if [ "$free" -lt $HUGEPAGES ] && [ -w $HUGEPAGES_DIR/nr_hugepages ]; then
        total=$(cat $HUGEPAGES_DIR/nr_hugepages)
        # A quarter of what is free: the builds that follow need memory too.
        if [ $((HUGEPAGES * 2048 * 4)) -gt "$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)" ]; then
            say "too little memory for $HUGEPAGES hugepages of 2 MB: DPDK programs need --no-huge"
            return 0
        fi
        say "reserving hugepages: $HUGEPAGES free ones of 2 MB, were $free"
        echo $((total - free + HUGEPAGES)) >$HUGEPAGES_DIR/nr_hugepages || true
        free=$(cat $HUGEPAGES_DIR/free_hugepages)
    fi
    if [ "$free" -lt $HUGEPAGES ]; then
        [ -z "${total:-}" ] || echo "$total" >$HUGEPAGES_DIR/nr_hugepages || true
        say "only $free of $HUGEPAGES hugepages of 2 MB can be had here (root? memory?):" \
            "DPDK programs may need --no-huge. devtools/test.sh and devtools/demo.sh do without" \
            "when AFX_NO_HUGE=1 is set or too few are free."
        return 0
    fi
    if ! grep -q '^[^ ]* [^ ]* hugetlbfs ' /proc/mounts; then
        say "mounting hugetlbfs on /dev/hugepages"
        mkdir -p /dev/hugepages
        mount -t hugetlbfs hugetlbfs /dev/hugepages ||
            say "hugetlbfs can not be mounted: DPDK programs need --in-memory or --no-huge"
    fi
}

mount_bpffs() {
    if ! grep -q '^[^ ]* /sys/fs/bpf bpf ' /proc/mounts; then
        say "mounting bpffs on /sys/fs/bpf"
        mount -t bpf bpf /sys/fs/bpf ||
            say "bpffs can not be mounted (root?): an interface shared through libxdp's dispatcher will not work"
    fi
}

TMP=$(mktemp -d)
install_packages
extract_sdk
reserve_hugepages
mount_bpffs
