/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What rtnetlink knows of an interface beyond what the driver asks for. Acts
 * in the calling thread's network namespace; 0 or -errno.
 */
#ifndef LINK_H
#define LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kinds and qdiscs are short words of the kernel's; IFNAMSIZ bounds qdiscs. */
#define LINK_WORD_LEN 16

struct doctor_link {
	unsigned int ifindex;
	char name[IF_NAMESIZE];
	char kind[LINK_WORD_LEN]; /* "veth", "bridge", "bond"; "" for hardware */
	char qdisc[LINK_WORD_LEN];
	uint32_t mtu;
	unsigned int master; /* ifindex of the bond or bridge it is in, 0: none */
	unsigned int lower; /* ifindex below it, or of a veth's peer, 0: none */
	bool lower_foreign; /* lower is in another namespace, where lower_nsid names it */
	int32_t lower_nsid;
};

/* -ENODEV if there is no such interface. */
int doctor_link_get(unsigned int ifindex, struct doctor_link *link);

/* The same of an interface in the namespace that ours calls nsid: takes CAP_NET_ADMIN there. */
int doctor_link_get_in(unsigned int ifindex, int32_t nsid, struct doctor_link *link);

/*
 * Names of the interfaces whose master this one is, separated by spaces, as
 * many as fit; for a bond, its members.
 */
int doctor_link_members(unsigned int master, char *names, size_t len);

/* The id that our namespace has for the one that fd is of; -ENOENT if it has none. */
int doctor_link_nsid(int fd, int32_t *nsid);

#endif /* LINK_H */
