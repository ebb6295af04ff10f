/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdio.h>

#include "cli.h"
#include "engine.h"

/* 24 rows of 80 columns: a terminal's least. */
void
tp_help_print(void)
{
	printf("afx-testpmd [EAL options] -- [options]      try any DPDK port; man afx-testpmd\n"
	       "--forward-mode=%s\n",
	       tp_engine_names());
	fputs("run    -i (prompt) -a (start) --tx-first --cmdline-file=F --duration=SECONDS\n"
	      "       --packets=N --forever --drain=MS --no-flush-rx --record-core-cycles\n"
	      "ports  --nb-ports=N --portmask=M --portlist=0,2 --port-topology=paired|chained|\n"
	      "       loop --max-pkt-len=N --eth-peer=PORT,MAC --disable-link-check\n"
	      "       --disable-device-start --enable-scatter --disable-rss --rss-udp\n"
	      "queues --rxq=N --txq=N --rxd=N --txd=N --burst=N    cores  --nb-cores=N\n"
	      "pool   --total-num-mbufs=N --mbuf-size=N --mbcache=N       --coremask=M\n"
	      "send   --txpkts=LEN[,LEN] --txrate=1Mpps|100Mbps --flowgen-flows=N\n"
	      "       --tx-ip=SRC,DST --tx-udp=SRC[,DST] --txonly-multi-flow\n"
	      "dump   --write=FILE (pcapng; - is stdout)\n"
	      "stats  --stats-period=SECONDS --json --display-xstats=NAME,...\n"
	      "       --record-burst-stats\n"
	      "Ends with: 0 fine, 1 verification failed, no packet moved or port gone, 2 usage.\n"
	      "EAL's options: afx-testpmd --eal-help. Example, one interface, answers ping:\n"
	      "  afx-testpmd --no-pci --in-memory -l 0-1 --vdev=net_afx0,iface=eth1 --\n"
	      "    --forward-mode=icmpecho --stats-period=1\n",
	      stdout);
}
