/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * On which CPUs the interface's interrupts are served.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>

#include <rte_common.h>

#include "doctor.h"
#include "files.h"

/* Of the command: room for their numbers, and one line of it. */
#define CPUS_MAX 16
#define CPUS_LEN (CPUS_MAX * sizeof(" 1023") + 1)

static const struct doctor_topic irq = {
	"tuning.irq_affinity",
	DOCTOR_TUNING,
	"IRQ affinity",
	"Queues whose interrupts are all served by one CPU share its time, however many there are.",
};

struct irqs {
	unsigned int count;
	const char *folder; /* below the interface's, with them in msi_irqs */
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
		irqs->folder = folder;
		irqs->count++;
	}
	closedir(dir);
}

/* A CPU of ours serves none of them. */
static bool
cpu_idle(const struct doctor *d, const struct irqs *irqs)
{
	int cpu;

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &d->lcores) && !CPU_ISSET(cpu, &irqs->cpus))
			return true;
	}
	return false;
}

/* As many of our CPUs as queues take, a space before each. */
static void
cpus_of(const struct doctor *d, char list[CPUS_LEN])
{
	const unsigned int wanted = RTE_MIN(d->info.rx_queues, (uint32_t)CPUS_MAX);
	unsigned int count = 0;
	size_t used = 0;
	int cpu;

	list[0] = '\0';
	for (cpu = 0; cpu < CPU_SETSIZE && count < wanted; cpu++) {
		if (!CPU_ISSET(cpu, &d->lcores))
			continue;
		used += snprintf(list + used, CPUS_LEN - used, " %d", cpu);
		count++;
	}
}

void
doctor_check_irq(struct doctor *d)
{
	struct irqs irqs = { 0 };
	struct doctor_finding *f;
	char list[FILES_PATH_LEN];
	char cpus[CPUS_LEN];

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
	if (CPU_COUNT(&irqs.cpus) > 1 || d->info.rx_queues < 2 || !cpu_idle(d, &irqs)) {
		doctor_add(d, &irq, DOCTOR_OK, "%u interrupts on CPUs %s", irqs.count, list);
		return;
	}
	f = doctor_add(d, &irq, DOCTOR_WARN, "all %u interrupts on CPU %s", irqs.count, list);
	cpus_of(d, cpus);
	doctor_fix(f,
		   "(set --%s; cd /sys/class/net/%s/%s/msi_irqs && for irq in *; do "
		   "echo $1 >/proc/irq/$irq/smp_affinity_list; set -- \"$@\" $1; shift; done)",
		   cpus, d->word.word, irqs.folder);
}
