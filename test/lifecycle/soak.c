/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Arguments: soak, vdev= twice, netns= of the peers, seed=, seconds=; or cycles, and cycles=.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_dev.h>

#include "soak.h"

/* Enough for both ports' rings at their largest, what workers hold, and caches. */
#define MBUFS 20480
#define ROOM_LARGE 3000
/* Operations in an epoch: it takes one or two seconds. */
#define OPS_MIN 8
#define OPS_SPREAD 24
/* All ports are removed after each of so many epochs, and all resources counted. */
#define REMOVE_ONE_IN 2

struct soak_port soak_ports[SOAK_PORTS];
struct rte_mempool *soak_pools[3];
const unsigned int soak_nb_pools = RTE_DIM(soak_pools);

static char names[SOAK_PORTS][RTE_DEV_NAME_MAX_LEN];
static unsigned int complaints;
static unsigned int removals;

/* Calm ones are the most telling. */
static const struct {
	const char *name;
	enum soak_kind kind;
} kinds[] = {
	{ "calm", SOAK_CALM },   { "calm", SOAK_CALM }, { "calm", SOAK_CALM },
	{ "flaps", SOAK_FLAPS }, { "gone", SOAK_GONE }, { "resets", SOAK_RESETS },
};

void
soak_complain(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	app_say_str("complaint", text);
	__atomic_fetch_add(&complaints, 1, __ATOMIC_RELAXED);
}

int
soak_expect(const char *what, const struct soak_port *port, int ret, int wanted)
{
	if (ret != wanted)
		soak_complain("%s: %s: %d (%s), not %d", port->name, what, ret, strerror(-ret),
			      wanted);
	return ret;
}

void
soak_ask(const char *format, ...)
{
	char text[64];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	app_say_str("do", text);
	app_checkpoint("do");
}

static int
on_removal(uint16_t id __rte_unused, enum rte_eth_event_type type __rte_unused,
	   void *arg __rte_unused, void *out __rte_unused)
{
	__atomic_fetch_add(&removals, 1, __ATOMIC_RELEASE);
	return 0;
}

unsigned int
soak_removals(void)
{
	return __atomic_load_n(&removals, __ATOMIC_ACQUIRE);
}

/* Of their own rooms; caches and private areas are by the arguments. */
static void
pools_make(void)
{
	soak_pools[0] = app_pool_sized("a", MBUFS, RTE_MBUF_DEFAULT_BUF_SIZE);
	soak_pools[1] = app_pool_sized("b", MBUFS, ROOM_LARGE);
	soak_pools[2] = app_pool_sized("c", MBUFS, RTE_MBUF_DEFAULT_BUF_SIZE);
}

/* "net_afx0,iface=x0": hotplug wants the name apart. */
static int
port_describe(unsigned int i)
{
	struct soak_port *port = &soak_ports[i];
	const char *vdev = app_arg_nth("vdev", i);
	const char *comma = vdev != NULL ? strchr(vdev, ',') : NULL;
	unsigned int queue;

	if (comma == NULL)
		return -EINVAL;
	snprintf(names[i], sizeof(names[i]), "%.*s", (int)(comma - vdev), vdev);
	port->name = names[i];
	port->devargs = comma + 1;
	memset(port->last, -1, sizeof(port->last));
	rte_spinlock_init(&port->control);
	for (queue = 0; queue < SOAK_QUEUES; queue++) {
		rte_spinlock_init(&port->rx[queue].lock);
		rte_spinlock_init(&port->tx[queue].lock);
	}
	return 0;
}

static void
ports_probe(uint64_t *random)
{
	unsigned int i;

	for (i = 0; i < SOAK_PORTS; i++) {
		soak_conf_pick(&soak_ports[i], random);
		if (soak_port_probe(&soak_ports[i]) == 0)
			soak_port_setup(&soak_ports[i]);
	}
}

static void
ports_remove(void)
{
	unsigned int i;

	for (i = 0; i < SOAK_PORTS; i++)
		soak_port_remove(&soak_ports[i]);
	soak_resources_check();
	soak_ask("removed");
}

static void
epoch(unsigned int number, uint64_t *random)
{
	const unsigned int i = soak_pick(random, RTE_DIM(kinds));
	unsigned int n = OPS_MIN + soak_pick(random, OPS_SPREAD);

	printf("op=epoch %u: %s, %u operations\n", number, kinds[i].name, n);
	soak_stats_reset(kinds[i].kind == SOAK_RESETS);
	soak_loud();
	if (kinds[i].kind == SOAK_FLAPS)
		soak_ask("flap");
	while (n-- != 0)
		soak_op(kinds[i].kind, random);
	if (kinds[i].kind == SOAK_FLAPS)
		soak_ask("steady");
	soak_quiet(kinds[i].name);
}

static int
soak_run(uint64_t seed)
{
	const uint64_t end = rte_get_tsc_cycles() + app_arg("seconds", 60) * rte_get_tsc_hz();
	uint64_t random = seed;
	unsigned int number = 0;

	while (rte_get_tsc_cycles() < end) {
		epoch(++number, &random);
		if (soak_pick(&random, REMOVE_ONE_IN) == 0) {
			ports_remove();
			ports_probe(&random);
		}
	}
	app_say("epochs", number);
	return 0;
}

static int
threads_start(uint64_t seed)
{
	int ret = soak_wires_start(app_arg_nth("netns", 0));

	if (ret == 0)
		ret = soak_workers_start(seed);
	if (ret == 0)
		ret = soak_stats_start();
	return ret;
}

static int
run(const char *scenario)
{
	const uint64_t seed = app_arg("seed", 1);
	uint64_t random = seed;
	unsigned int i;
	int ret = 0;

	pools_make();
	soak_make_init();
	soak_table_init();
	for (i = 0; i < SOAK_PORTS && ret == 0; i++)
		ret = port_describe(i);
	if (ret == 0)
		ret = threads_start(seed);
	if (ret != 0)
		return ret;
	rte_eth_dev_callback_register(RTE_ETH_ALL, RTE_ETH_EVENT_INTR_RMV, on_removal, NULL);
	/* EAL and libbpf keep something of the first time. */
	ports_probe(&random);
	soak_loud();
	soak_quiet("first");
	ports_remove();
	ports_probe(&random);
	ret = strcmp(scenario, "cycles") == 0 ? soak_cycles() : soak_run(seed);
	ports_remove();
	soak_stats_end();
	soak_workers_end();
	soak_wires_end();
	soak_ask("end");
	return ret;
}

int
main(int argc, char **argv)
{
	const char *scenario = app_begin(argc, argv);
	int ret;

	if (scenario == NULL)
		return EXIT_FAILURE;
	ret = run(scenario);
	app_say("complaints", complaints);
	ret = app_end(ret);
	return complaints == 0 ? ret : EXIT_FAILURE;
}
