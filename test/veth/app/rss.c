/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * How the interface spreads what it receives. Arguments: nb_rx; mq=0: no RSS
 * asked for; soft=1: the hash by software; again=1: a second start if the first fails; hf and key at configure; then hf2, key2, reta and reta2 to update.
 * A key is the value of its first byte, which the others count up from, and key_len.
 */
#include <errno.h>
#include <string.h>

#include "app.h"

#define KEY_MAX 128
#define GROUPS (RTE_ETH_RSS_RETA_SIZE_512 / RTE_ETH_RETA_GROUP_SIZE)

static uint8_t key[KEY_MAX];
static struct rte_eth_rss_reta_entry64 reta[GROUPS];

static void
key_write(uint8_t first)
{
	unsigned int i;

	for (i = 0; i < KEY_MAX; i++)
		key[i] = first + i;
}

static struct rte_eth_rss_conf
rss_conf(const char *hf, const char *first)
{
	const unsigned long value = app_arg(first, 0);

	key_write(value);
	return (struct rte_eth_rss_conf){
		.rss_hf = app_arg(hf, 0),
		.rss_key = value != 0 ? key : NULL,
		.rss_key_len = app_arg("key_len", 0),
	};
}

static int
open_port(const struct app_port *port)
{
	const struct rte_eth_conf conf = {
		.rxmode.mq_mode = app_arg("mq", 1) ? RTE_ETH_MQ_RX_RSS : RTE_ETH_MQ_RX_NONE,
		.rxmode.offloads = app_arg("soft", 0) ? RTE_ETH_RX_OFFLOAD_RSS_HASH : 0,
		.rx_adv_conf.rss_conf = rss_conf("hf", "key"),
	};
	uint16_t i;
	int ret;

	ret = rte_eth_dev_configure(port->id, port->nb_rx, 1, &conf);
	app_say("configure", ret);
	/* Not the driver's any more. */
	key_write(0);
	for (i = 0; i < port->nb_rx && ret == 0; i++)
		ret = rte_eth_rx_queue_setup(port->id, i, port->rxd, SOCKET_ID_ANY, NULL, port->mp);
	if (ret == 0)
		ret = rte_eth_tx_queue_setup(port->id, 0, port->txd, SOCKET_ID_ANY, NULL);
	if (ret == 0)
		ret = rte_eth_dev_start(port->id);
	if (ret != 0 && app_arg("again", 0)) {
		app_say("start1", ret);
		ret = rte_eth_dev_start(port->id);
	}
	app_say("start", ret);
	return ret;
}

static void
info_say(uint16_t id)
{
	struct rte_eth_dev_info info = { 0 };

	rte_eth_dev_info_get(id, &info);
	app_say("reta_size", info.reta_size);
	app_say("key_size", info.hash_key_size);
	app_say("types", info.flow_type_rss_offloads);
}

/* Every second entry becomes the queue. */
static int
reta_update(uint16_t id, uint16_t size, uint16_t queue)
{
	unsigned int i;

	for (i = 0; i < GROUPS; i++)
		reta[i].mask = UINT64_C(0x5555555555555555);
	for (i = 0; i < size; i++)
		reta[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE] = queue;
	return rte_eth_dev_rss_reta_update(id, reta, size);
}

static void
now_say(uint16_t id, uint16_t size)
{
	struct rte_eth_rss_conf conf = { .rss_key = key, .rss_key_len = KEY_MAX };
	unsigned int i;

	key_write(0);
	app_say("conf_get", rte_eth_dev_rss_hash_conf_get(id, &conf));
	app_say("now_hf", conf.rss_hf);
	app_say("now_key", key[0]);
	app_say("now_key_len", conf.rss_key_len);
	for (i = 0; i < GROUPS; i++)
		reta[i].mask = UINT64_MAX;
	app_say("query", rte_eth_dev_rss_reta_query(id, reta, size));
	for (i = 0; i < size && i < 8; i++)
		app_say_of("entry", i, reta[0].reta[i]);
}

int
app_rss(void)
{
	struct app_port port = app_port_default(0, app_pool("pool"));
	const uint16_t size = app_arg("size", 0);
	struct rte_eth_rss_conf conf;

	info_say(0);
	if (open_port(&port) != 0)
		return rte_eth_dev_close(0);
	now_say(0, size);
	app_checkpoint("started");
	if (app_arg("reta", UINT16_MAX) != UINT16_MAX)
		app_say("reta_update", reta_update(0, size, app_arg("reta", 0)));
	if (app_arg("reta2", UINT16_MAX) != UINT16_MAX)
		app_say("reta_update2", reta_update(0, size, app_arg("reta2", 0)));
	conf = rss_conf("hf2", "key2");
	if (conf.rss_hf != 0 || conf.rss_key != NULL)
		app_say("hash_update", rte_eth_dev_rss_hash_update(0, &conf));
	now_say(0, size);
	info_say(0);
	app_checkpoint("updated");
	return app_port_close(0);
}
