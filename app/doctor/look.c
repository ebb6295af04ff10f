/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <string.h>

#include "doctor.h"

int
doctor_look(struct doctor *d)
{
	int ret;

	d->word = text_name(d->iface);
	ret = afx_netdev_info_get(d->iface, &d->info);
	if (ret == 0)
		ret = doctor_link_get(d->info.ifindex, &d->link);
	if (ret != 0)
		return ret;
	doctor_ethtool_features(d->iface, &d->features);
	d->xdp_known = afx_netdev_xdp_get(d->info.ifindex, &d->xdp) == 0;
	d->sysfs = afx_netdev_in_sysfs(d->iface, &d->info);
	return 0;
}

bool
doctor_is_veth(const struct doctor *d)
{
	return strcmp(d->link.kind, "veth") == 0;
}
