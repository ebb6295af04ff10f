#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
#
# What test/guest boots: QEMU, busybox and Debian kernels, unpacked from Debian packages into a
# cache folder (AFX_CACHE, else ~/.cache/afx). Nothing is installed. Kernels by the suite that
# has them; without arguments only the newest. What is there already is left as it is: remove the
# folder to get newer ones. Prints the folder.
set -euo pipefail

# The oldest QEMU whose igb is there and whose multi-threaded emulation keeps a live-patching
# kernel alive: 7.2, of Debian 12 itself, crashes it.
QEMU_MIN=10.0
# The packages of a kernel, under whatever version its suite has it now.
KERNEL_PACKAGES='^linux-(image|binary|modules)-[0-9]'

CACHE=${AFX_CACHE:-$HOME/.cache/afx}/guest
TMP=
trap '[ -z "$TMP" ] || rm -rf "$TMP"' EXIT
trap 'exit 130' INT TERM

say() {
    echo "guest-setup: $*" >&2
}

die() {
    say "$*"
    exit 1
}

# The address of Debian's archive, as this machine's apt has it.
archive() {
    # shellcheck disable=SC2016 # apt's variables
    apt-get indextargets 'Created-By: Packages' --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' |
        sed -n "s/^Debian $CODENAME //p" | sort -u | head -n 1
}

# Run an apt command on lists of suites only, "+" separated, that nobody else sees.
apt_of() {
    local suites=$1 home=$TMP/apt-$1 suite
    shift
    if [ ! -e "$home/updated" ]; then
        mkdir -p "$home/lists/partial" "$home/cache/archives/partial" "$home/parts"
        for suite in ${suites//+/ }; do
            echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $ARCHIVE $suite main" \
                >>"$home/sources.list"
        done
        apt_at "$home" apt-get -qq update >"$TMP/log" 2>&1 || {
            cat "$TMP/log" >&2
            die "no package lists of $suites from $ARCHIVE: check the network and /etc/apt"
        }
        touch "$home/updated"
    fi
    apt_at "$home" "$@"
}

apt_at() {
    local home=$1 command=$2
    shift 2
    "$command" -o Dir::Etc::sourcelist="$home/sources.list" -o Dir::Etc::sourceparts="$home/parts" \
        -o Dir::State::lists="$home/lists" -o Dir::Cache="$home/cache" -o APT::Sandbox::User=root \
        -o Debug::NoLocking=1 "$@"
}

# Unpack the packages in folder $1 into folder $2.
unpack() {
    local deb
    for deb in "$1"/*.deb; do
        dpkg-deb -x "$deb" "$2"
    done
}

# QEMU, and those libraries of it that this machine does not have.
get_qemu() {
    local suites=$CODENAME+$CODENAME-backports
    [ ! -e "$CACHE/qemu" ] || return 0
    say "unpacking QEMU to $CACHE/qemu"
    apt_of "$suites" apt-get -qq install --download-only --no-install-recommends -y \
        -t "$CODENAME-backports" "qemu-system-x86" >"$TMP/log" 2>&1 || {
        cat "$TMP/log" >&2
        die "QEMU can not be downloaded"
    }
    unpack "$TMP/apt-$suites/cache/archives" "$TMP/qemu"
    version=$(qemu_of "$TMP/qemu" -version | sed -n 's/^QEMU emulator version \([0-9.]*\).*/\1/p')
    dpkg --compare-versions "$version" ge "$QEMU_MIN" ||
        die "QEMU of $CODENAME-backports is $version, $QEMU_MIN is needed"
    mv "$TMP/qemu" "$CACHE/qemu"
}

qemu_of() {
    local dir=$1
    shift
    LD_LIBRARY_PATH=$dir/usr/lib/$(uname -m)-linux-gnu:$dir/lib/$(uname -m)-linux-gnu \
        "$dir/usr/bin/qemu-system-x86_64" "$@"
}

get_busybox() {
    [ ! -e "$CACHE/busybox" ] || return 0
    mkdir "$TMP/busybox"
    (cd "$TMP/busybox" && apt_of "$CODENAME" apt-get -qq download busybox-static) >"$TMP/log" 2>&1 || {
        cat "$TMP/log" >&2
        die "busybox-static can not be downloaded"
    }
    unpack "$TMP/busybox" "$TMP/busybox"
    find "$TMP/busybox" -type f -name busybox -exec mv {} "$CACHE/busybox" \;
}

# The kernel that linux-image-amd64 of suite $1 means.
get_kernel() {
    local dir=$CACHE/kernels/$1 packages modules
    [ ! -e "$dir" ] || return 0
    packages=$(apt_of "$1" apt-cache depends --recurse --no-recommends --no-suggests \
        --no-conflicts --no-breaks --no-replaces --no-enhances linux-image-amd64 |
        grep -E "$KERNEL_PACKAGES" | sort -u)
    [ -n "$packages" ] || die "suite $1 has no linux-image-amd64"
    say "unpacking the kernel of $1 to $dir"
    mkdir "$TMP/debs" "$TMP/kernel"
    # shellcheck disable=SC2086 # one word a package
    (cd "$TMP/debs" && apt_of "$1" apt-get -qq download $packages) >"$TMP/log" 2>&1 || {
        cat "$TMP/log" >&2
        die "the kernel of $1 can not be downloaded"
    }
    unpack "$TMP/debs" "$TMP/kernel"
    mkdir "$TMP/done"
    find "$TMP/kernel" -type f -name 'vmlinuz*' -exec mv {} "$TMP/done/vmlinuz" \;
    modules=$(find "$TMP/kernel" -type d -path '*/modules/*/kernel/net' -printf '%h\n' -quit)
    mv "$modules" "$TMP/done/modules"
    basename "$(dirname "$modules")" >"$TMP/done/release"
    mv "$TMP/done" "$dir"
    rm -rf "$TMP/debs" "$TMP/kernel"
}

# shellcheck source=/dev/null
CODENAME=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
TMP=$(mktemp -d)
mkdir -p "$CACHE/kernels"
exec 9>"$CACHE/lock"
flock 9
[ $# -ne 0 ] || set -- trixie-backports
ARCHIVE=$(archive)
[ -n "$ARCHIVE" ] || die "apt knows no Debian archive for $CODENAME: run apt-get update"
get_qemu
get_busybox
for suite in "$@"; do
    get_kernel "$suite"
done
echo "$CACHE"
