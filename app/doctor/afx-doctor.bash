# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
# shellcheck shell=bash
#
# Completion of afx-doctor for bash; read by bash-completion, or with: source afx-doctor.bash

_afx_doctor() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} other
    local options="--json --quiet --lcores --plugin --color --devargs --restore --help --version"
    COMPREPLY=()
    # bash splits words at "=" too.
    if [ "$word" = "=" ]; then
        word=
    elif [ "$before" = "=" ]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case $before in
    --color)
        mapfile -t COMPREPLY < <(compgen -W "always auto never" -- "$word")
        return
        ;;
    --plugin | -p)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    --lcores | -l)
        return
        ;;
    esac
    if [ "${word:0:1}" = "-" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
        return
    fi
    # One interface is enough.
    for other in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [ ! -e "/sys/class/net/$other" ] || [ -z "$other" ] || return
    done
    mapfile -t COMPREPLY < <(compgen -W "$(cd /sys/class/net && echo *)" -- "$word")
}

complete -F _afx_doctor afx-doctor
