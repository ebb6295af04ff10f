/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The vdev net_floor: one queue each way, and what driver-cost asks of a port.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <ethdev_driver.h>
#include <ethdev_vdev.h>

#include "afx_compat.h"
#include "floor.h"
#include "ideal_nic_serve.h"

/* Of the rings: what driver-cost asks for, and around it what keeps a batch and a burst. */
#define DESC_MIN 64
#define DESC_MAX 4096
#define DESC_DEFAULT 512

/* An mbuf of driver-cost's pools, and what the NIC leaves ahead of a frame in it. */
#define CHUNK (sizeof(struct rte_mbuf) + RTE_MBUF_DEFAULT_BUF_SIZE)
#define DATA_OFF 256

/* User space ends below (Documentation/arch/x86/x86_64/mm.rst). */
#define MEMORY_END (UINT64_C(1) << 47)

/* The index that one side of a ring writes, apart from those of other lcores. */
struct floor_index {
	uint32_t value;
	uint8_t apart[APART - sizeof(uint32_t)];
};

/* The rings of a port. */
enum floor_ring {
	FLOOR_FILL,
	FLOOR_RX,
	FLOOR_TX,
	FLOOR_COMP,
	FLOOR_RINGS
};

struct floor_port {
	struct nic *nic;
	struct floor_rxq rxq;
	uint8_t apart_rx[APART];
	struct floor_txq txq;
	uint8_t apart_tx[APART];
	struct floor_index prod[FLOOR_RINGS];
	struct floor_index cons[FLOOR_RINGS];
};

static int
configure(struct rte_eth_dev *dev __rte_unused)
{
	return 0;
}

static int
infos_get(struct rte_eth_dev *dev __rte_unused, struct rte_eth_dev_info *info)
{
	const struct rte_eth_desc_lim lim = {
		.nb_min = DESC_MIN,
		.nb_max = DESC_MAX,
		.nb_align = DESC_MIN,
	};

	info->max_rx_queues = 1;
	info->max_tx_queues = 1;
	info->max_mac_addrs = 1;
	info->max_rx_pktlen = CHUNK;
	info->tx_offload_capa = RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
	info->rx_desc_lim = lim;
	info->tx_desc_lim = lim;
	info->default_rxportconf.ring_size = DESC_DEFAULT;
	info->default_txportconf.ring_size = DESC_DEFAULT;
	return 0;
}

/* The NIC's end of a ring, and ours. */
static int
ring_make(struct floor_port *port, struct nic_ring *r, struct afx_ring *ours, enum floor_ring which,
	  uint16_t size, size_t slot)
{
	const size_t len = RTE_ALIGN_CEIL(size * slot, (size_t)RTE_CACHE_LINE_SIZE);

	if (!rte_is_power_of_2(size))
		return -EINVAL;
	free(r->slots);
	*r = (struct nic_ring){
		.slots = aligned_alloc(RTE_CACHE_LINE_SIZE, len),
		.prod = &port->prod[which].value,
		.cons = &port->cons[which].value,
		.size = size,
	};
	*ours = (struct afx_ring){
		.slots = r->slots,
		.prod = r->prod,
		.cons = r->cons,
		.mask = size - 1,
		.size = size,
	};
	return r->slots == NULL ? -ENOMEM : 0;
}

static uint64_t
rearm_of(uint16_t port_id)
{
	struct rte_mbuf m = { .data_off = DATA_OFF, .nb_segs = 1, .port = port_id };

	rte_mbuf_refcnt_set(&m, 1);
	return *AFX_MBUF_REARM(&m);
}

static int
rx_queue_setup(struct rte_eth_dev *dev, uint16_t index, uint16_t nb_desc,
	       unsigned int socket __rte_unused, const struct rte_eth_rxconf *conf __rte_unused,
	       struct rte_mempool *mp)
{
	struct floor_port *port = dev->data->dev_private;
	struct nic *nic = port->nic;
	int ret;

	port->rxq.mp = mp;
	port->rxq.rearm = rearm_of(dev->data->port_id);
	dev->data->rx_queues[index] = &port->rxq;
	ret = ring_make(port, &nic->fill, &port->rxq.fill, FLOOR_FILL, nb_desc, sizeof(uint64_t));
	if (ret == 0)
		ret = ring_make(port, &nic->rx, &port->rxq.rx, FLOOR_RX, nb_desc,
				sizeof(struct xdp_desc));
	return ret;
}

static int
tx_queue_setup(struct rte_eth_dev *dev, uint16_t index, uint16_t nb_desc,
	       unsigned int socket __rte_unused, const struct rte_eth_txconf *conf __rte_unused)
{
	const uint64_t offloads = dev->data->dev_conf.txmode.offloads;
	struct floor_port *port = dev->data->dev_private;
	struct nic *nic = port->nic;
	int ret;

	port->txq.fast_free = offloads & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
	dev->data->tx_queues[index] = &port->txq;
	ret = ring_make(port, &nic->comp, &port->txq.comp, FLOOR_COMP, nb_desc, sizeof(uint64_t));
	if (ret == 0)
		ret = ring_make(port, &nic->tx, &port->txq.tx, FLOOR_TX, nb_desc,
				sizeof(struct xdp_desc));
	return ret;
}

static int
start(struct rte_eth_dev *dev)
{
	struct floor_port *port = dev->data->dev_private;

	return floor_rx_start(&port->rxq);
}

static int
stop(struct rte_eth_dev *dev)
{
	struct floor_port *port = dev->data->dev_private;

	floor_rx_stop(&port->rxq);
	floor_tx_stop(&port->txq);
	dev->data->dev_started = 0;
	return 0;
}

/* Its file descriptor's end is that of the NIC. */
static int
port_close(struct rte_eth_dev *dev)
{
	struct floor_port *port = dev->data->dev_private;
	struct nic *nic = port->nic;

	free(nic->fill.slots);
	free(nic->rx.slots);
	free(nic->tx.slots);
	free(nic->comp.slots);
	close(port->rxq.fd);
	dev->data->mac_addrs = NULL;
	return 0;
}

static int
link_update(struct rte_eth_dev *dev __rte_unused, int wait __rte_unused)
{
	return 0;
}

static const struct eth_dev_ops ops = {
	.dev_configure = configure,
	.dev_infos_get = infos_get,
	.dev_start = start,
	.dev_stop = stop,
	.dev_close = port_close,
	.link_update = link_update,
	.rx_queue_setup = rx_queue_setup,
	.tx_queue_setup = tx_queue_setup,
};

/* All of memory as one UMEM, known by a descriptor that nothing else has. */
static int
nic_make(struct floor_port *port)
{
	struct nic *(*attach)(int fd);
	int fd;

	*(void **)&attach = dlsym(RTLD_DEFAULT, "ideal_nic_attach");
	if (attach == NULL)
		return -ENODEV;
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	port->nic = attach(fd);
	port->nic->umem = (struct nic_umem){
		.len = MEMORY_END,
		.chunk = CHUNK,
		.headroom = sizeof(struct rte_mbuf),
		.unaligned = true,
	};
	port->rxq.fd = fd;
	port->txq.fd = fd;
	return 0;
}

static int
probe(struct rte_vdev_device *vdev)
{
	static struct rte_ether_addr mac = { { 2, 0, 0, 0, 0, 1 } };
	struct rte_eth_dev *dev = rte_eth_vdev_allocate(vdev, sizeof(struct floor_port));
	int ret;

	if (dev == NULL)
		return -ENOMEM;
	ret = nic_make(dev->data->dev_private);
	if (ret != 0) {
		rte_eth_dev_release_port(dev);
		return ret;
	}
	dev->dev_ops = &ops;
	dev->rx_pkt_burst = floor_rx_burst;
	dev->tx_pkt_burst = floor_tx_burst;
	dev->data->mac_addrs = &mac;
	rte_eth_dev_probing_finish(dev);
	return 0;
}

/* driver-cost has closed it. */
static int
remove_port(struct rte_vdev_device *vdev __rte_unused)
{
	return 0;
}

static struct rte_vdev_driver driver = { .probe = probe, .remove = remove_port };

RTE_PMD_REGISTER_VDEV(net_floor, driver);
