/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Preloaded into afx-doctor: answers some system calls the way another kernel
 * or NIC would. OLD_KERNEL names what it lacks, NIC_FEATURE an offload that is
 * on ("rx-gro-hw", or "rx-gro-hw!" where it is fixed), NIC_RSS the number of
 * queues in the RSS table and NIC_RSS_START the first of them, MEMLOCK the
 * limit of locked memory in bytes, which takes more than root to raise in some
 * containers.
 */
#include <dlfcn.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>

#include "afx_uapi.h"

/* Entries of the RSS table: a usual size. */
#define RSS_ENTRIES 128
#define FEATURES_MAX 192

static bool
lacks(const char *what)
{
	const char *env = getenv("OLD_KERNEL");

	return env != NULL && strcmp(env, what) == 0;
}

static int
refuse(int err)
{
	errno = err;
	return -1;
}

int
socket(int domain, int type, int protocol)
{
	int (*real)(int, int, int) = dlsym(RTLD_NEXT, "socket");

	if (domain == AF_XDP && lacks("af_xdp"))
		return refuse(EAFNOSUPPORT);
	return real(domain, type, protocol);
}

int
setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	int (*real)(int, int, int, const void *, socklen_t) = dlsym(RTLD_NEXT, "setsockopt");

	if (level == SOL_XDP && name == XDP_MAX_TX_SKB_BUDGET && lacks("tx_budget"))
		return refuse(ENOPROTOOPT);
	if (level == SOL_XDP && name == XDP_UMEM_REG) {
		const struct xdp_umem_reg *reg = value;

		if (lacks("unaligned") ||
		    ((reg->flags & XDP_UMEM_TX_METADATA_LEN) && lacks("tx_metadata")))
			return refuse(EINVAL);
		if (lacks("memlock"))
			return refuse(ENOBUFS);
	}
	return real(fd, level, name, value, len);
}

int
bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
	const struct sockaddr_xdp *xdp = (const struct sockaddr_xdp *)addr;

	if (addr->sa_family == AF_XDP) {
		if ((xdp->sxdp_flags & XDP_USE_SG) && lacks("multi_buffer"))
			return refuse(EINVAL);
		if ((xdp->sxdp_flags & XDP_SHARED_UMEM) && lacks("shared_umem"))
			return refuse(EINVAL);
		if (lacks("copy"))
			return refuse(EOPNOTSUPP);
	}
	return real(fd, addr, len);
}

/* libbpf's way into the kernel: a command, its attributes and their size. */
long
syscall(long number, ...)
{
	long (*real)(long, ...) = dlsym(RTLD_NEXT, "syscall");
	long a[6];
	va_list ap;
	int i;

	va_start(ap, number);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_bpf) {
		const union bpf_attr *attr = (const union bpf_attr *)a[1];

		if (a[0] == BPF_LINK_CREATE && lacks("bpf_link"))
			return refuse(EINVAL);
		if (a[0] == BPF_PROG_LOAD && (attr->prog_flags & BPF_F_XDP_DEV_BOUND_ONLY) &&
		    lacks("metadata_kfuncs"))
			return refuse(EINVAL);
	}
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* The names that the program has just read. */
static struct {
	uint32_t len;
	char names[FEATURES_MAX][ETH_GSTRING_LEN];
} strings;

static void
strings_note(const struct ethtool_gstrings *read)
{
	strings.len = read->len < FEATURES_MAX ? read->len : FEATURES_MAX;
	memcpy(strings.names, read->data, strings.len * ETH_GSTRING_LEN);
}

static void
feature_turn_on(struct ethtool_gfeatures *features)
{
	const char *want = getenv("NIC_FEATURE");
	const size_t len = want == NULL ? 0 : strcspn(want, "!");
	uint32_t i;

	for (i = 0; want != NULL && i < strings.len; i++) {
		struct ethtool_get_features_block *block = &features->features[i / 32];
		const uint32_t bit = 1U << (i % 32);

		if (strlen(strings.names[i]) != len || strncmp(strings.names[i], want, len) != 0)
			continue;
		block->active |= bit;
		block->never_changed &= ~bit;
		block->available =
			want[len] == '!' ? block->available & ~bit : block->available | bit;
	}
}

static int
rss_answer(struct ethtool_rxfh_indir *rss, uint32_t queues)
{
	const char *start = getenv("NIC_RSS_START");
	const uint32_t first = start != NULL ? atoi(start) : 0;
	uint32_t i;

	for (i = 0; i < rss->size && i < RSS_ENTRIES; i++)
		rss->ring_index[i] = first + i % queues;
	rss->size = RSS_ENTRIES;
	return 0;
}

int
getrlimit(__rlimit_resource_t resource, struct rlimit *limit)
{
	int (*real)(__rlimit_resource_t, struct rlimit *) = dlsym(RTLD_NEXT, "getrlimit");
	const char *memlock = getenv("MEMLOCK");
	int ret = real(resource, limit);

	if (ret == 0 && resource == RLIMIT_MEMLOCK && memlock != NULL)
		limit->rlim_cur = strtoul(memlock, NULL, 10);
	return ret;
}

int
ioctl(int fd, unsigned long request, ...)
{
	int (*real)(int, unsigned long, ...) = dlsym(RTLD_NEXT, "ioctl");
	struct ifreq *ifr;
	uint32_t cmd;
	va_list ap;
	int ret;

	va_start(ap, request);
	ifr = va_arg(ap, struct ifreq *);
	va_end(ap);
	if (request != SIOCETHTOOL)
		return real(fd, request, ifr);
	memcpy(&cmd, ifr->ifr_data, sizeof(cmd));
	if (cmd == ETHTOOL_GRXFHINDIR && getenv("NIC_RSS") != NULL)
		return rss_answer((void *)ifr->ifr_data, atoi(getenv("NIC_RSS")));
	ret = real(fd, request, ifr);
	if (ret == 0 && cmd == ETHTOOL_GSTRINGS)
		strings_note((void *)ifr->ifr_data);
	if (ret == 0 && cmd == ETHTOOL_GFEATURES)
		feature_turn_on((void *)ifr->ifr_data);
	return ret;
}
