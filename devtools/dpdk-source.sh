#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
#
# The source of Debian's dpdk, for the scripts here that source this file.
set -euo pipefail

# The machine's own package sources, as source-code ones, into folder $1.
write_source_lists() {
    local file
    for file in /etc/apt/sources.list.d/*.sources; do
        [ ! -e "$file" ] || sed 's/^Types:.*/Types: deb-src/' "$file" >"$1/$(basename "$file")"
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ ! -e "$file" ] || sed -nE 's/^[[:space:]]*deb[[:space:]]/deb-src /p' "$file" >"$1/$(basename "$file" .list).list"
    done
}

# Download the upstream tarball of Debian's dpdk, version $1, into folder $2. Folder $3 is for
# apt's files, and its log file apt.log. Needs no root.
download_dpdk_source() {
    local apt
    mkdir -p "$3/parts" "$3/lists/partial" "$3/cache/archives/partial"
    write_source_lists "$3/parts"
    apt=(apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$3/parts"
        -o Dir::State::lists="$3/lists" -o Dir::Cache="$3/cache" -o APT::Sandbox::User=root
        -o APT::Get::List-Cleanup=false)
    # A third party's source without source code must not stop us: what counts is the download.
    "${apt[@]}" update >"$3/apt.log" 2>&1 || true
    (cd "$2" && "${apt[@]}" source --download-only --tar-only "dpdk=$1") >>"$3/apt.log" 2>&1
}
