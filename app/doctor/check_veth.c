/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A veth's other end decides over native XDP, and over what frames look like.
 */
#include <errno.h>
#include <string.h>

#include "doctor.h"
#include "peer.h"

/* Of a page: XDP's headroom, the Ethernet header and struct skb_shared_info less (measured, 6.18). */
#define PEER_MTU_MAX 3506

static const struct doctor_topic mtu = {
	"interface.peer_mtu",
	DOCTOR_INTERFACE,
	"peer's MTU",
	"A veth refuses native XDP where a frame of its peer could be too large for one page.",
};
static const struct doctor_topic queues = {
	"interface.peer_queues",
	DOCTOR_INTERFACE,
	"peer's queues",
	"A veth refuses native XDP where its peer has more Tx queues than it has Rx queues.",
};
static const struct doctor_topic offload = {
	"interface.peer_offload",
	DOCTOR_INTERFACE,
	"peer's offloads",
	"Checksums and VLAN tags that the peer's host leaves to hardware are never made: there is none.",
};

static void
mtu_check(struct doctor *d, const struct doctor_peer *peer)
{
	struct doctor_finding *f;

	if (peer->link.mtu <= PEER_MTU_MAX) {
		doctor_add(d, &mtu, DOCTOR_OK, "%u (%s)", peer->link.mtu, peer->link.name);
		return;
	}
	d->native = false;
	f = doctor_add(d, &mtu, DOCTOR_WARN, "%u (%s), native XDP takes %u", peer->link.mtu,
		       peer->link.name, PEER_MTU_MAX);
	doctor_fix(f, "%sip link set dev %s mtu %u", peer->prefix, text_name(peer->link.name).word,
		   PEER_MTU_MAX);
}

static void
queues_check(struct doctor *d, const struct doctor_peer *peer)
{
	struct doctor_finding *f;

	if (peer->info.tx_queues <= d->info.rx_queues) {
		doctor_add(d, &queues, DOCTOR_OK, "%u Tx, and %u Rx here", peer->info.tx_queues,
			   d->info.rx_queues);
		return;
	}
	d->native = false;
	f = doctor_add(d, &queues, DOCTOR_WARN, "%u Tx, but %u Rx here", peer->info.tx_queues,
		       d->info.rx_queues);
	doctor_fix(f, "%sethtool -L %s tx %u", peer->prefix, text_name(peer->link.name).word,
		   d->info.rx_queues);
}

static void
offload_check(struct doctor *d, const struct doctor_peer *peer)
{
	const bool csum = peer->features.tx_csum.on;
	const bool vlan = peer->features.tx_vlan.on;
	struct doctor_finding *f;

	if (!csum && !vlan) {
		doctor_add(d, &offload, DOCTOR_OK, "off");
		return;
	}
	f = doctor_add(d, &offload, DOCTOR_WARN, "%s%s%s on %s", csum ? "tx checksums" : "",
		       csum && vlan ? " and " : "", vlan ? "tx VLAN tags" : "", peer->link.name);
	doctor_fix(f, "%sethtool -K %s%s%s", peer->prefix, text_name(peer->link.name).word,
		   csum ? " tx off" : "", vlan ? " txvlan off" : "");
}

void
doctor_check_veth(struct doctor *d)
{
	struct doctor_peer peer;
	int ret;

	if (!doctor_is_veth(d))
		return;
	ret = doctor_peer_get(&d->link, &peer);
	if (ret != 0) {
		doctor_unseen(d, &mtu, "the peer can not be seen: %s", strerror(-ret));
		return;
	}
	mtu_check(d, &peer);
	if (!peer.inside) {
		doctor_unseen(d, &queues, "the peer's namespace can not be entered");
		doctor_unseen(d, &offload, "the peer's namespace can not be entered");
		return;
	}
	queues_check(d, &peer);
	offload_check(d, &peer);
}
