# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
# shellcheck shell=bash
#
# bash completion of afx-testpmd: EAL's commonest options before "--", its own behind.

_afx_testpmd() {
    local cur=${COMP_WORDS[COMP_CWORD]} word behind='' words prefix=''
    local eal='--vdev= --no-pci --in-memory --no-huge --lcores= --file-prefix= --log-level= -l -m -d --
        --help --version --eal-help'
    local own='--auto-start --burst= --cmdline-file= --coremask= --disable-device-start
        --disable-link-check --disable-rss --display-xstats= --drain= --duration= --enable-scatter
        --eth-peer= --flowgen-flows= --forever --forward-mode= --help --interactive --json
        --max-pkt-len= --mbcache= --mbuf-size= --nb-cores= --nb-ports= --no-flush-rx
        --no-lsc-interrupt --no-mlockall --no-numa --no-rmv-interrupt --numa --packets=
        --port-topology= --portlist= --portmask= --record-burst-stats --record-core-cycles --rss-ip
        --rss-udp --rxd= --rxq= --stats-period= --total-num-mbufs= --tx-first --tx-ip= --tx-udp=
        --txd= --txonly-multi-flow --txpkts= --txq= --txrate= --version --write='

    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [ "$word" != -- ] || behind=yes
    done
    # "=" splits words: cur may be the value alone, or "=".
    if [ "$cur" = = ]; then
        word=${COMP_WORDS[COMP_CWORD - 1]}
        cur=
    elif [ "${COMP_WORDS[COMP_CWORD - 1]}" = = ]; then
        word=${COMP_WORDS[COMP_CWORD - 2]}
    else
        word=${cur%%=*}
        [ "$cur" = "$word" ] && word= || prefix=$word=
        cur=${cur#*=}
    fi
    case $word in
    --forward-mode) words='io mac macswap rxonly txonly flowgen icmpecho dump latency verify' ;;
    --port-topology) words='paired chained loop' ;;
    --write | --cmdline-file)
        mapfile -t COMPREPLY < <(compgen -P "$prefix" -f -- "$cur")
        return
        ;;
    --*) return ;;
    *) words=${behind:+$own} words=${words:-$eal} ;;
    esac
    mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$words" -- "$cur")
    [[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace 2>/dev/null
}

complete -F _afx_testpmd afx-testpmd
