/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * On which CPUs the interface's interrupts are served.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "doctor.h"
#include "files.h"

static const struct doctor_topic irq = {
	"tuning.irq_affinity",
	DOCTOR_TUNING,
	"IRQ affinity",
	"Queues whose interrupts are all served by one CPU share its time, however many there are.",
};

struct irqs {
	unsigned int count;
	unsigned int last;
	cpu_set_t cpus; /* that serve them */
};

/* Interrupts below a device's folder; a virtio device's are its parent's. */
static void
irqs_read(const char *iface, const char *folder, struct irqs *irqs)
{
	char path[FILES_PATH_LEN], list[FILES_PATH_LEN];
	struct dirent *entry;
	cpu_set_t cpus;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s/msi_irqs", iface, folder);
	dir = opendir(path);
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    files_line(list, sizeof(list), "/proc/irq/%.20s/effective_affinity_list",
			       entry->d_name) != 0 ||
		    files_cpus(list, &cpus) != 0)
			continue;
		CPU_OR(&irqs->cpus, &irqs->cpus, &cpus);
		irqs->last = strtoul(entry->d_name, NULL, 10);
		irqs->count++;
	}
	closedir(dir);
}

/* The first CPU of ours that serves none of them. */
static int
cpu_other(const struct doctor *d, const struct irqs *irqs)
{
	int cpu;

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &d->lcores) && !CPU_ISSET(cpu, &irqs->cpus))
			return cpu;
	}
	return -1;
}

void
doctor_check_irq(struct doctor *d)
{
	struct irqs irqs = { 0 };
	struct doctor_finding *f;
	char list[FILES_PATH_LEN];
	int other;

	if (!d->sysfs) {
		doctor_unseen(d, &irq, "/sys shows another network namespace");
		return;
	}
	irqs_read(d->iface, "device", &irqs);
	if (irqs.count == 0)
		irqs_read(d->iface, "device/..", &irqs);
	if (irqs.count == 0) {
		doctor_add(d, &irq, DOCTOR_OK, "no interrupts of its own");
		return;
	}
	files_cpus_print(&irqs.cpus, list, sizeof(list));
	other = cpu_other(d, &irqs);
	if (CPU_COUNT(&irqs.cpus) > 1 || d->info.rx_queues < 2 || other < 0) {
		doctor_add(d, &irq, DOCTOR_OK, "%u interrupts on CPUs %s", irqs.count, list);
		return;
	}
	f = doctor_add(d, &irq, DOCTOR_WARN, "all %u interrupts on CPU %s", irqs.count, list);
	doctor_fix(f, "echo %d >/proc/irq/%u/smp_affinity_list", other, irqs.last);
}
