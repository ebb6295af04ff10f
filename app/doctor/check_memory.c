/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Hugepages, physical addresses, bpffs: what mounts and memory there are.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "caps.h"
#include "doctor.h"
#include "files.h"

#define HUGEPAGES_DIR "/sys/kernel/mm/hugepages"
#define IOMMU_DIR "/sys/kernel/iommu_groups"
/* Where libxdp looks for its dispatchers. */
#define BPFFS "/sys/fs/bpf"
/* Below, not even a pool of one queue and EAL's own needs fit. */
#define HUGE_LEAST_KIB (64 * 1024)
/* What devtools/setup.sh reserves, to be free: testpmd's default pools and room. */
#define HUGE_KIB (1024 * 1024)
/* Where EAL, systemd and devtools/setup.sh expect it. */
#define MOUNT "mkdir -p /dev/hugepages && mount -t hugetlbfs none /dev/hugepages"
/* Documentation/admin-guide/mm/pagemap.rst: the frame number, 0 for those who may not know. */
#define PAGEMAP_PFN_MASK ((UINT64_C(1) << 55) - 1)

static const struct doctor_topic hugepages = {
	"process.hugepages",
	DOCTOR_PROCESS,
	"hugepages",
	"DPDK's memory lies there; on 4 KiB pages there is no zero-copy, and programs need --no-huge.",
};
static const struct doctor_topic iova = {
	"process.iova",
	DOCTOR_PROCESS,
	"IOVA mode",
	"An mbuf on two pages has to have them connected for zero-copy; DPDK puts none on two hugepages.",
};
static const struct doctor_topic bpffs = {
	"process.bpffs",
	DOCTOR_PROCESS,
	"bpffs",
	"Joining other XDP programs in libxdp's dispatcher takes it; afx alone does not.",
};

/* What there is of all sizes, and the size to ask for more of: the smallest. */
struct pages {
	unsigned long free_kib;
	long kib; /* 0: the kernel has none */
	long reserved; /* of this size, free or used */
};

static void
pages_read(struct pages *pages)
{
	DIR *dir = opendir(HUGEPAGES_DIR);
	struct dirent *entry;
	long kib, number;

	*pages = (struct pages){ 0 };
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (sscanf(entry->d_name, "hugepages-%ldkB", &kib) != 1)
			continue;
		if (files_number(&number, HUGEPAGES_DIR "/hugepages-%ldkB/free_hugepages", kib) ==
		    0)
			pages->free_kib += kib * number;
		if (pages->kib == 0 || kib < pages->kib)
			pages->kib = kib;
	}
	closedir(dir);
	files_number(&pages->reserved, HUGEPAGES_DIR "/hugepages-%ldkB/nr_hugepages", pages->kib);
}

static bool
hugetlbfs_mounted(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *mount = NULL;

	if (mounts == NULL)
		return false;
	do {
		mount = getmntent(mounts);
	} while (mount != NULL && strcmp(mount->mnt_type, "hugetlbfs") != 0);
	endmntent(mounts);
	return mount != NULL;
}

static void
hugepages_check(struct doctor *d)
{
	const bool mounted = hugetlbfs_mounted();
	struct doctor_finding *f;
	struct pages pages;
	long missing;

	pages_read(&pages);
	if (pages.free_kib >= HUGE_LEAST_KIB && mounted) {
		doctor_add(d, &hugepages, DOCTOR_OK, "%lu MiB free", pages.free_kib / 1024);
		return;
	}
	f = doctor_add(d, &hugepages, DOCTOR_WARN, "%lu MiB free%s", pages.free_kib / 1024,
		       mounted ? "" : ", no hugetlbfs mounted");
	if (pages.kib == 0) {
		doctor_note(f, "this kernel has no hugepages: EAL's --no-huge");
	} else if (pages.free_kib >= HUGE_LEAST_KIB) {
		doctor_fix(f, MOUNT);
		doctor_note(f, "or EAL's --in-memory, which takes no mount");
	} else {
		missing = (HUGE_KIB - pages.free_kib + pages.kib - 1) / pages.kib;
		doctor_fix(f, "echo %ld >" HUGEPAGES_DIR "/hugepages-%ldkB/nr_hugepages%s",
			   pages.reserved + missing, pages.kib, mounted ? "" : " && " MOUNT);
	}
}

/* Whether this process may know where its memory lies. */
static bool
physical_visible(void)
{
	uint64_t entry = 0;
	long page = sysconf(_SC_PAGESIZE);
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	/* A page that is there for sure: the one of this variable. */
	n = pread(fd, &entry, sizeof(entry), (uintptr_t)&entry / page * sizeof(entry));
	close(fd);
	return n == sizeof(entry) && (entry & PAGEMAP_PFN_MASK) != 0;
}

static bool
iommu_present(void)
{
	DIR *dir = opendir(IOMMU_DIR);
	struct dirent *entry;
	bool found = false;

	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL)
		found = entry->d_name[0] != '.';
	closedir(dir);
	return found;
}

static void
iova_check(struct doctor *d)
{
	const bool visible = physical_visible();

	doctor_add(d, &iova, DOCTOR_OK, "%s is what EAL will choose; physical addresses are %s",
		   visible && !iommu_present() ? "PA" : "VA",
		   visible ? "visible" : "hidden, which mbufs on hugepages do without");
}

static void
bpffs_check(struct doctor *d)
{
	struct statfs fs;

	if (statfs(BPFFS, &fs) == 0 && fs.f_type == BPF_FS_MAGIC)
		doctor_add(d, &bpffs, DOCTOR_OK, "mounted");
	else if (!d->occupied)
		doctor_add(d, &bpffs, DOCTOR_OK,
			   "not mounted, and not needed without other programs");
	else
		doctor_fix(doctor_add(d, &bpffs, DOCTOR_WARN, "not mounted at " BPFFS),
			   "mount -t bpf bpf " BPFFS);
}

void
doctor_check_memory(struct doctor *d)
{
	hugepages_check(d);
	iova_check(d);
	bpffs_check(d);
}
