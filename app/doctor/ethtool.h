/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What ethtool -k and -x show, by ioctl: reading only, no root needed. Acts in
 * the calling thread's network namespace; 0 or -errno.
 */
#ifndef ETHTOOL_H
#define ETHTOOL_H

#include <stdbool.h>
#include <stdint.h>

/* False where off or unknown. */
struct doctor_feature {
	bool on;
	bool fixed; /* ethtool -K can not change it */
};

/* Offloads that matter to XDP. */
struct doctor_features {
	struct doctor_feature lro;
	struct doctor_feature gro_hw;
	struct doctor_feature gro;
	struct doctor_feature rx_vlan; /* the tag is taken out of the frame */
	struct doctor_feature tx_vlan; /* of a veth's peer: tags never enter the frame */
	struct doctor_feature tx_csum; /* of a veth's peer: checksums are left unfinished */
};

int doctor_ethtool_features(const char *iface, struct doctor_features *features);

/*
 * Queues that the RSS table names: the lowest in *first, the highest + 1 in
 * *end, how many in *used. -EOPNOTSUPP where there is no table.
 */
int doctor_ethtool_rss(const char *iface, uint32_t *used, uint32_t *first, uint32_t *end);

#endif /* ETHTOOL_H */
