/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "doctor.h"

bool
doctor_name_fits(const char *iface)
{
	return strpbrk(iface, ",=[]") == NULL;
}

void
doctor_advise(const struct doctor *d, char vdev[DOCTOR_VDEV_LEN])
{
	/* With every queue taken, the line is for when one is free. */
	const uint32_t count = RTE_MAX(d->queue_count, 1U);
	char start[32] = "";

	vdev[0] = '\0';
	if (!doctor_name_fits(d->iface) || !d->info.ethernet || d->info.rx_queues == 0 ||
	    d->info.tx_queues == 0)
		return;
	if (d->start_queue != 0)
		snprintf(start, sizeof(start), ",start_queue=%u", d->start_queue);
	snprintf(vdev, DOCTOR_VDEV_LEN, "--vdev=net_afx0,iface=%s%s,queue_count=%u%s", d->iface,
		 start, count, d->keep_mgmt ? ",keep=mgmt" : "");
}
