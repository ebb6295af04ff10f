/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What a port makes of the offloads it is asked for, before and after start.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "afx_port_offload_rx.h"

#define L2_L3_L4 (RTE_PTYPE_L2_MASK | RTE_PTYPE_L3_MASK | RTE_PTYPE_L4_MASK)
#define V6(kind) (AFX_RX_HASH_IPV6 | (kind))

/* A port that has not started. */
struct port {
	struct rte_eth_dev dev;
	struct rte_eth_dev_data data;
	struct afx_dev priv;
	uint64_t *offloads;
	struct rte_eth_rss_conf *rss;
};

static struct port *
port_make(void)
{
	static struct port port;

	memset(&port, 0, sizeof(port));
	port.dev.data = &port.data;
	port.data.dev_private = &port.priv;
	port.offloads = &port.data.dev_conf.rxmode.offloads;
	port.rss = &port.data.dev_conf.rx_adv_conf.rss_conf;
	strcpy(port.priv.cfg.iface, "x0");
	return &port;
}

static bool
start(struct port *port)
{
	afx_port_offload_rx_start(&port->dev);
	port->data.dev_started = 1;
	return port->priv.offload.meta;
}

static const struct afx_rx_hash *
used(const struct port *port)
{
	return &port->priv.offload.rx.hash[port->priv.offload.rx.hash_at];
}

static unsigned int
supported(struct port *port)
{
	const uint32_t *types = afx_ptypes_get(&port->dev);
	unsigned int n = 0;

	while (types[n] != RTE_PTYPE_UNKNOWN)
		n++;
	return n;
}

static void
test_nothing_asked(void **state __rte_unused)
{
	struct port *port = port_make();

	assert_return_code(afx_port_offload_rx_configure(&port->dev), 0);
	assert_false(start(port));
	assert_int_equal(supported(port), 0);
	assert_int_equal(port->priv.offload.ptypes, 0);
	*port->offloads = 0;
	assert_int_equal(afx_vlan_offload_set(&port->dev, RTE_ETH_VLAN_STRIP_MASK), 0);
	*port->offloads = RTE_ETH_RX_OFFLOAD_VLAN_STRIP;
	assert_int_equal(afx_vlan_offload_set(&port->dev, RTE_ETH_VLAN_STRIP_MASK), -EBUSY);
	*port->offloads = RTE_ETH_RX_OFFLOAD_QINQ_STRIP;
	assert_int_equal(afx_vlan_offload_set(&port->dev, RTE_ETH_QINQ_STRIP_MASK), -EBUSY);
	*port->offloads = RTE_ETH_RX_OFFLOAD_VLAN_FILTER;
	assert_int_equal(afx_vlan_offload_set(&port->dev, RTE_ETH_VLAN_FILTER_MASK), -EBUSY);
	assert_int_equal(afx_vlan_offload_set(&port->dev, RTE_ETH_VLAN_EXTEND_MASK), 0);
	assert_int_equal(port->priv.offload.rx.what, 0);
	assert_int_equal(port->priv.offload.rx.ptypes, 0);
}

/* To ask before start is to want them, at start and at the next. */
static void
test_types_by_question(void **state __rte_unused)
{
	struct port *port = port_make();

	assert_int_equal(supported(port), 16);
	assert_true(start(port));
	assert_int_equal(port->priv.offload.rx.ptypes, L2_L3_L4);
	assert_int_equal(supported(port), 16);
	port->data.dev_started = 0;
	assert_true(start(port));
	assert_int_equal(port->priv.offload.rx.ptypes, L2_L3_L4);
}

static void
test_types_by_word(void **state __rte_unused)
{
	struct port *port = port_make();

	assert_return_code(afx_ptypes_set(&port->dev, RTE_PTYPE_L3_MASK | RTE_PTYPE_TUNNEL_MASK),
			   0);
	assert_int_equal(supported(port), 16);
	assert_true(start(port));
	assert_int_equal(port->priv.offload.rx.ptypes, RTE_PTYPE_L3_MASK);
	assert_return_code(afx_ptypes_set(&port->dev, 0), 0);
	assert_int_equal(port->priv.offload.rx.ptypes, 0);
	assert_int_equal(supported(port), 16);
	assert_int_equal(port->priv.offload.rx.ptypes, 0);
	port->data.dev_started = 0;
	assert_false(start(port));
	assert_int_equal(supported(port), 0);
}

/* What parses for another reason tells types, unless they were declined. */
static void
test_types_by_the_way(void **state __rte_unused)
{
	static const uint64_t parsing[] = { RTE_ETH_RX_OFFLOAD_IPV4_CKSUM,
					    RTE_ETH_RX_OFFLOAD_UDP_CKSUM,
					    RTE_ETH_RX_OFFLOAD_TCP_CKSUM,
					    RTE_ETH_RX_OFFLOAD_RSS_HASH };
	struct port *port;
	size_t i;

	for (i = 0; i < RTE_DIM(parsing); i++) {
		port = port_make();
		*port->offloads = parsing[i];
		assert_true(start(port));
		assert_int_equal(port->priv.offload.rx.ptypes, L2_L3_L4);
		assert_int_equal(supported(port), 16);
		port = port_make();
		*port->offloads = parsing[i];
		assert_return_code(afx_ptypes_set(&port->dev, 0), 0);
		assert_true(start(port));
		assert_int_equal(port->priv.offload.rx.ptypes, 0);
	}
	/* To take tags off does not take that: to ask what is told says so, to want it switches it on. */
	port = port_make();
	*port->offloads = RTE_ETH_RX_OFFLOAD_VLAN_STRIP;
	assert_true(start(port));
	assert_int_equal(supported(port), 0);
	assert_int_equal(port->priv.offload.rx.ptypes, 0);
	assert_return_code(afx_ptypes_set(&port->dev, RTE_PTYPE_L4_MASK), 0);
	assert_int_equal(port->priv.offload.rx.ptypes, RTE_PTYPE_L4_MASK);
	assert_int_equal(supported(port), 16);
}

static void
test_bits(void **state __rte_unused)
{
	static const struct {
		uint64_t offload;
		uint32_t what;
	} rows[] = {
		{ RTE_ETH_RX_OFFLOAD_VLAN_STRIP, AFX_RX_META_VLAN_STRIP },
		{ RTE_ETH_RX_OFFLOAD_QINQ_STRIP, AFX_RX_META_QINQ_STRIP },
		{ RTE_ETH_RX_OFFLOAD_VLAN_FILTER, AFX_RX_META_VLAN_FILTER },
		{ RTE_ETH_RX_OFFLOAD_IPV4_CKSUM, AFX_RX_META_IP_CKSUM },
		{ RTE_ETH_RX_OFFLOAD_UDP_CKSUM, AFX_RX_META_UDP_CKSUM },
		{ RTE_ETH_RX_OFFLOAD_TCP_CKSUM, AFX_RX_META_TCP_CKSUM },
		{ RTE_ETH_RX_OFFLOAD_RSS_HASH, AFX_RX_META_HASH },
	};
	struct rte_eth_dev_info info = { 0 };
	struct port *port;
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		port = port_make();
		*port->offloads = rows[i].offload;
		assert_true(start(port));
		assert_int_equal(port->priv.offload.rx.what, rows[i].what);
		all |= rows[i].offload;
	}
	afx_port_offload_rx_info(&info);
	assert_int_equal(info.rx_offload_capa, all);
	assert_int_equal(info.rx_queue_offload_capa, 0);
	port = port_make();
	port->priv.cfg.csum_complete = true;
	assert_true(start(port));
	assert_int_equal(port->priv.offload.rx.what, AFX_RX_META_COMPLETE);
}

static void
test_strip_while_running(void **state __rte_unused)
{
	struct port *port = port_make();

	*port->offloads = RTE_ETH_RX_OFFLOAD_VLAN_STRIP | RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
	assert_true(start(port));
	*port->offloads = RTE_ETH_RX_OFFLOAD_QINQ_STRIP | RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
	assert_return_code(afx_vlan_offload_set(&port->dev,
						RTE_ETH_VLAN_STRIP_MASK | RTE_ETH_QINQ_STRIP_MASK),
			   0);
	assert_int_equal(port->priv.offload.rx.what,
			 AFX_RX_META_QINQ_STRIP | AFX_RX_META_UDP_CKSUM);
	assert_int_equal(port->priv.offload.rx.ptypes, L2_L3_L4);
	*port->offloads = RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
	assert_return_code(afx_vlan_offload_set(&port->dev, RTE_ETH_QINQ_STRIP_MASK), 0);
	assert_int_equal(port->priv.offload.rx.what, AFX_RX_META_UDP_CKSUM);
}

/* Each type alone; and ports win where both are asked for. */
static const struct {
	uint64_t types;
	uint8_t want[AFX_RX_HASH_KINDS];
} hash_rows[] = {
	{ 0, { 0 } },
	{ RTE_ETH_RSS_IPV4,
	  { [AFX_RX_HASH_OTHER] = 1,
	    [AFX_RX_HASH_FRAG] = 1,
	    [AFX_RX_HASH_TCP] = 1,
	    [AFX_RX_HASH_UDP] = 1,
	    [AFX_RX_HASH_SCTP] = 1 } },
	{ RTE_ETH_RSS_FRAG_IPV4, { [AFX_RX_HASH_FRAG] = 1 } },
	{ RTE_ETH_RSS_NONFRAG_IPV4_OTHER, { [AFX_RX_HASH_OTHER] = 1 } },
	{ RTE_ETH_RSS_NONFRAG_IPV4_TCP, { [AFX_RX_HASH_TCP] = 2 } },
	{ RTE_ETH_RSS_NONFRAG_IPV4_UDP, { [AFX_RX_HASH_UDP] = 2 } },
	{ RTE_ETH_RSS_NONFRAG_IPV4_SCTP, { [AFX_RX_HASH_SCTP] = 2 } },
	{ RTE_ETH_RSS_IPV6,
	  { [V6(AFX_RX_HASH_OTHER)] = 1,
	    [V6(AFX_RX_HASH_FRAG)] = 1,
	    [V6(AFX_RX_HASH_TCP)] = 1,
	    [V6(AFX_RX_HASH_UDP)] = 1,
	    [V6(AFX_RX_HASH_SCTP)] = 1 } },
	{ RTE_ETH_RSS_IPV6_EX,
	  { [V6(AFX_RX_HASH_OTHER)] = 1,
	    [V6(AFX_RX_HASH_FRAG)] = 1,
	    [V6(AFX_RX_HASH_TCP)] = 1,
	    [V6(AFX_RX_HASH_UDP)] = 1,
	    [V6(AFX_RX_HASH_SCTP)] = 1 } },
	{ RTE_ETH_RSS_FRAG_IPV6, { [V6(AFX_RX_HASH_FRAG)] = 1 } },
	{ RTE_ETH_RSS_NONFRAG_IPV6_OTHER, { [V6(AFX_RX_HASH_OTHER)] = 1 } },
	{ RTE_ETH_RSS_NONFRAG_IPV6_TCP, { [V6(AFX_RX_HASH_TCP)] = 2 } },
	{ RTE_ETH_RSS_IPV6_TCP_EX, { [V6(AFX_RX_HASH_TCP)] = 2 } },
	{ RTE_ETH_RSS_NONFRAG_IPV6_UDP, { [V6(AFX_RX_HASH_UDP)] = 2 } },
	{ RTE_ETH_RSS_IPV6_UDP_EX, { [V6(AFX_RX_HASH_UDP)] = 2 } },
	{ RTE_ETH_RSS_NONFRAG_IPV6_SCTP, { [V6(AFX_RX_HASH_SCTP)] = 2 } },
	{ RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_TCP,
	  { [AFX_RX_HASH_OTHER] = 1,
	    [AFX_RX_HASH_FRAG] = 1,
	    [AFX_RX_HASH_TCP] = 2,
	    [AFX_RX_HASH_UDP] = 1,
	    [AFX_RX_HASH_SCTP] = 1,
	    [V6(AFX_RX_HASH_TCP)] = 2 } },
};

static void
test_hash_types(void **state __rte_unused)
{
	struct rte_eth_dev_info info = { 0 };
	struct port *port;
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < RTE_DIM(hash_rows); i++) {
		port = port_make();
		*port->offloads = RTE_ETH_RX_OFFLOAD_RSS_HASH;
		port->rss->rss_hf = hash_rows[i].types;
		assert_return_code(afx_port_offload_rx_configure(&port->dev), 0);
		assert_memory_equal(used(port)->input, hash_rows[i].want, AFX_RX_HASH_KINDS);
		all |= hash_rows[i].types;
	}
	afx_port_offload_rx_info(&info);
	assert_int_equal(info.flow_type_rss_offloads, all);
	assert_int_equal(info.flow_type_rss_offloads,
			 RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_SCTP);
	assert_int_equal(info.hash_key_size, AFX_RX_HASH_KEY_LEN);
}

/* Some NICs have longer keys: what is not needed is not looked at. */
static void
test_hash_key(void **state __rte_unused)
{
	uint8_t key[AFX_RX_HASH_KEY_LEN + 12];
	struct port *port = port_make();
	struct afx_rx_hash want;
	size_t i;

	for (i = 0; i < sizeof(key); i++)
		key[i] = 3 + 7 * i;
	afx_rx_hash_key_set(&want, key);
	port->rss->rss_key = key;
	*port->offloads = RTE_ETH_RX_OFFLOAD_RSS_HASH;
	for (i = 0; i <= sizeof(key); i++) {
		port->rss->rss_key_len = i;
		memset(port->priv.offload.rx.hash, 0, sizeof(port->priv.offload.rx.hash));
		assert_int_equal(afx_port_offload_rx_configure(&port->dev),
				 i < AFX_RX_HASH_KEY_LEN ? -EINVAL : 0);
		if (i >= AFX_RX_HASH_KEY_LEN)
			assert_memory_equal(used(port)->parts, want.parts, sizeof(want.parts));
	}
	/* Of no concern without the offload. */
	*port->offloads = 0;
	port->rss->rss_key_len = 1;
	assert_return_code(afx_port_offload_rx_configure(&port->dev), 0);
}

/* What was in use stays whole: a burst may be at it. */
static void
test_hash_update(void **state __rte_unused)
{
	uint8_t key[AFX_RX_HASH_KEY_LEN], told[AFX_RX_HASH_KEY_LEN];
	struct rte_eth_rss_conf conf = { .rss_key = key,
					 .rss_key_len = sizeof(key),
					 .rss_hf = RTE_ETH_RSS_NONFRAG_IPV4_TCP };
	struct rte_eth_rss_conf now = { .rss_key = told, .rss_key_len = sizeof(told) };
	struct port *port = port_make();
	const struct afx_rx_hash *old;
	struct afx_rx_hash before;

	*port->offloads = RTE_ETH_RX_OFFLOAD_RSS_HASH;
	port->rss->rss_hf = RTE_ETH_RSS_IPV4;
	assert_return_code(afx_port_offload_rx_configure(&port->dev), 0);
	assert_true(start(port));
	old = used(port);
	before = *old;
	memset(key, 0x5a, sizeof(key));
	afx_port_offload_rx_hash_update(&port->dev, &conf);
	assert_memory_equal(old, &before, sizeof(before));
	afx_port_offload_rx_hash_get(&port->dev, &now);
	assert_int_equal(now.rss_hf, RTE_ETH_RSS_NONFRAG_IPV4_TCP);
	assert_memory_equal(told, key, sizeof(key));
	afx_rx_hash_key_set(&before, key);
	assert_memory_equal(used(port)->parts, before.parts, sizeof(before.parts));
	assert_int_equal(used(port)->input[AFX_RX_HASH_TCP], AFX_RX_HASH_PORTS);
	assert_int_equal(used(port)->input[AFX_RX_HASH_UDP], AFX_RX_HASH_NOTHING);
	/* Types alone: the key stays. No room for it: the rest is told. */
	conf.rss_key = NULL;
	conf.rss_hf = RTE_ETH_RSS_IPV6;
	afx_port_offload_rx_hash_update(&port->dev, &conf);
	assert_memory_equal(used(port)->parts, before.parts, sizeof(before.parts));
	now.rss_key_len = AFX_RX_HASH_KEY_LEN - 1;
	memset(told, 0, sizeof(told));
	afx_port_offload_rx_hash_get(&port->dev, &now);
	assert_int_equal(now.rss_hf, RTE_ETH_RSS_IPV6);
	assert_int_equal(now.rss_key_len, AFX_RX_HASH_KEY_LEN);
	assert_int_equal(told[0], 0);
	/* Of no concern without the offload. */
	*port->offloads = 0;
	old = used(port);
	afx_port_offload_rx_hash_update(&port->dev, &conf);
	assert_ptr_equal(used(port), old);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_asked), cmocka_unit_test(test_types_by_question),
		cmocka_unit_test(test_types_by_word), cmocka_unit_test(test_types_by_the_way),
		cmocka_unit_test(test_bits),          cmocka_unit_test(test_strip_while_running),
		cmocka_unit_test(test_hash_types),    cmocka_unit_test(test_hash_key),
		cmocka_unit_test(test_hash_update),
	};

	return cmocka_run_group_tests_name("offload_rx", tests, NULL, NULL);
}
