/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The other end of a veth pair, in this network namespace or another.
 */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>

#include "afx_netdev.h"

#include "ethtool.h"
#include "link.h"

/* "ip netns exec NAME " or "nsenter -t PID -n ", and its NUL. */
#define PEER_PREFIX_LEN 96

struct doctor_peer {
	struct doctor_link link;
	bool inside; /* the namespace was found: the rest is filled in */
	struct afx_netdev_info info;
	struct doctor_features features;
	char prefix[PEER_PREFIX_LEN]; /* of commands that act there; "" for our own namespace */
};

/*
 * Enters the peer's namespace for as long as it reads, where it is another one
 * and can be found, which takes CAP_SYS_ADMIN. -errno if nothing is known,
 * -EPERM where it takes more rights.
 */
int doctor_peer_get(const struct doctor_link *link, struct doctor_peer *peer);

#endif /* PEER_H */
