/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The programs that this process has attached, one for each interface, with
 * references by the ports that use them, and their xsks_map.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "afx_log.h"
#include "afx_prog_priv.h"
#include "bpf/afx_shared.h"

static TAILQ_HEAD(, afx_prog) progs = TAILQ_HEAD_INITIALIZER(progs);
static pthread_mutex_t progs_lock = PTHREAD_MUTEX_INITIALIZER;

/* The calling thread's namespace: a program may have moved this thread only. */
static int
key_init(struct afx_prog_key *key, const char *iface, unsigned int ifindex)
{
	struct stat st;
	int ret;

	if (stat("/proc/thread-self/ns/net", &st) != 0) {
		ret = -errno;
		AFX_LOG(ERR, "%s: stat(/proc/thread-self/ns/net): %s", iface, strerror(-ret));
		return ret;
	}
	key->netns_dev = st.st_dev;
	key->netns_ino = st.st_ino;
	key->ifindex = ifindex;
	return 0;
}

static struct afx_prog *
prog_find(const struct afx_prog_key *key)
{
	struct afx_prog *prog;

	TAILQ_FOREACH(prog, &progs, next) {
		if (!prog->lost && prog->key.ifindex == key->ifindex &&
		    prog->key.netns_ino == key->netns_ino && prog->key.netns_dev == key->netns_dev)
			return prog;
	}
	return NULL;
}

static bool
cfg_equal(const struct afx_cfg *a, const struct afx_cfg *b)
{
	return a->attach == b->attach && a->keep == b->keep &&
		a->keep_nb_ranges == b->keep_nb_ranges &&
		memcmp(a->keep_ranges, b->keep_ranges,
		       a->keep_nb_ranges * sizeof(a->keep_ranges[0])) == 0 &&
		strcmp(a->xdp_prog, b->xdp_prog) == 0;
}

static int
prog_share(struct afx_prog *prog, const struct afx_cfg *cfg, uint32_t nb_queues)
{
	if (!cfg_equal(&prog->cfg, cfg)) {
		AFX_LOG(ERR,
			"%s: another port of this process has its XDP program there with another mode=, keep= or xdp_prog=; give both ports the same",
			cfg->iface);
		return -EBUSY;
	}
	if (nb_queues > prog->nb_queues) {
		AFX_LOG(ERR,
			"%s: queue %u is beyond the %u entries of the " AFX_XSKS_MAP
			" that another port of this process attached",
			cfg->iface, nb_queues - 1, prog->nb_queues);
		return -EINVAL;
	}
	prog->refcnt++;
	return 0;
}

static void
prog_destroy(struct afx_prog *prog)
{
	afx_prog_link_detach(prog);
	afx_prog_dispatcher_leave(prog);
	afx_prog_object_close(prog);
	free(prog);
}

static int
prog_attach(struct afx_prog *prog)
{
	struct afx_prog_occupant occ;
	int ret;

	ret = afx_prog_occupant_get(prog, &occ);
	if (ret != 0)
		return ret;
	if (occ.id != 0 && !occ.dispatcher)
		return afx_prog_occupant_refuse(prog, &occ);
	ret = afx_prog_object_open(prog);
	if (ret != 0)
		return ret;
	if (occ.id != 0)
		return afx_prog_dispatcher_join(prog, &occ);
	ret = afx_prog_object_load(prog);
	if (ret != 0)
		return ret;
	return afx_prog_link_attach(prog);
}

static int
prog_create(const struct afx_prog_key *key, const struct afx_cfg *cfg, uint32_t nb_queues,
	    struct afx_prog **out)
{
	struct afx_prog *prog = calloc(1, sizeof(*prog));
	int ret;

	if (prog == NULL) {
		AFX_LOG(ERR, "%s: no memory for the XDP program", cfg->iface);
		return -ENOMEM;
	}
	prog->refcnt = 1;
	prog->key = *key;
	prog->cfg = *cfg;
	prog->nb_queues = nb_queues;
	prog->link_fd = -1;
	ret = prog_attach(prog);
	if (ret != 0) {
		prog_destroy(prog);
		return ret;
	}
	TAILQ_INSERT_TAIL(&progs, prog, next);
	*out = prog;
	return 0;
}

int
afx_prog_open(const struct afx_cfg *cfg, unsigned int ifindex, uint32_t nb_queues,
	      struct afx_prog **prog)
{
	struct afx_prog_key key;
	int ret;

	*prog = NULL;
	afx_prog_log_init();
	ret = key_init(&key, cfg->iface, ifindex);
	if (ret != 0)
		return ret;
	pthread_mutex_lock(&progs_lock);
	*prog = prog_find(&key);
	if (*prog != NULL)
		ret = prog_share(*prog, cfg, nb_queues);
	else
		ret = prog_create(&key, cfg, nb_queues, prog);
	pthread_mutex_unlock(&progs_lock);
	if (ret != 0)
		*prog = NULL;
	return ret;
}

void
afx_prog_close(struct afx_prog **prog)
{
	if (*prog == NULL)
		return;
	pthread_mutex_lock(&progs_lock);
	if (--(*prog)->refcnt == 0) {
		TAILQ_REMOVE(&progs, *prog, next);
		prog_destroy(*prog);
	}
	pthread_mutex_unlock(&progs_lock);
	*prog = NULL;
}

bool
afx_prog_attached(uint32_t id)
{
	const struct afx_prog *prog;
	bool attached = true;

	pthread_mutex_lock(&progs_lock);
	TAILQ_FOREACH(prog, &progs, next) {
		if (id != 0 && prog->id == id)
			attached = afx_prog_link_attached(prog);
	}
	pthread_mutex_unlock(&progs_lock);
	return attached;
}

bool
afx_prog_remains(const struct afx_prog *prog)
{
	bool remains;

	pthread_mutex_lock(&progs_lock);
	remains = prog->xdp != NULL ? afx_prog_dispatcher_remains(prog)
				    : afx_prog_link_attached(prog);
	pthread_mutex_unlock(&progs_lock);
	return remains;
}

void
afx_prog_lost(struct afx_prog *prog)
{
	pthread_mutex_lock(&progs_lock);
	prog->lost = true;
	pthread_mutex_unlock(&progs_lock);
}

int
afx_prog_insert(struct afx_prog *prog, uint32_t queue, int xsk_fd)
{
	return bpf_map_update_elem(bpf_map__fd(prog->xsks), &queue, &xsk_fd, BPF_ANY);
}

int
afx_prog_remove(struct afx_prog *prog, uint32_t queue)
{
	/* Of a XSKMAP, this is 0 for an absent entry. */
	return bpf_map_delete_elem(bpf_map__fd(prog->xsks), &queue);
}

enum afx_prog_mode
afx_prog_mode_get(const struct afx_prog *prog)
{
	return prog == NULL ? AFX_PROG_DETACHED : prog->mode;
}

enum afx_prog_mode
afx_prog_path_get(const struct afx_prog *prog)
{
	const enum afx_prog_mode mode = afx_prog_mode_get(prog);

	return mode == AFX_PROG_DISPATCHER ? prog->joined : mode;
}

uint32_t
afx_prog_id(const struct afx_prog *prog)
{
	return prog->mode == AFX_PROG_DISPATCHER ? 0 : prog->id;
}

const char *
afx_prog_mode_name(enum afx_prog_mode mode)
{
	static const char *const names[] = {
		[AFX_PROG_DETACHED] = "detached",     [AFX_PROG_NATIVE] = "native",
		[AFX_PROG_GENERIC] = "generic",       [AFX_PROG_OFFLOAD] = "offload",
		[AFX_PROG_DISPATCHER] = "dispatcher",
	};

	return names[mode];
}

bool
afx_prog_is_custom(const struct afx_prog *prog)
{
	return prog->cfg.xdp_prog[0] != '\0';
}
