/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_interrupts.h>
#include <rte_pause.h>

#include "afx.h"
#include "afx_log.h"
#include "afx_mp_ask.h"
#include "afx_mp_burst.h"
#include "afx_mp_guest.h"
#include "afx_mp_msg.h"
#include "afx_port.h"
#include "afx_sock_share.h"

/* Until the primary, busy with a start or a stop, is asked again. */
#define AGAIN_MS 2

struct guest_pair {
	struct afx_sock_share share;
	struct afx_mp_half rx;
	struct afx_mp_half tx;
};

/* A port in this process. */
struct guest {
	struct rte_eth_dev *dev;
	char name[RTE_ETH_NAME_MAX_LEN]; /* the port's, also after the primary has closed it */
	int channel; /* -1: ended */
	struct rte_intr_handle *handle; /* of channel */
	int refused; /* why rings could not be mapped, -errno, or 0 */
	struct afx_port_bursts bursts; /* of the primary's queues, as started last */
	uint16_t nb_pairs;
	struct guest_pair *pairs;
	struct afx_mp_half none; /* of queues that the port does not have */
	void *rx_halves[RTE_MAX_QUEUES_PER_PORT];
	void *tx_halves[RTE_MAX_QUEUES_PER_PORT];
};

static uint64_t
deadline_get(void)
{
	return rte_get_tsc_cycles() + rte_get_tsc_hz() / 1000 * AFX_MP_WAIT_MS;
}

static void
pair_unmap(struct guest_pair *pair)
{
	afx_mp_burst_revoke(&pair->rx);
	afx_mp_burst_revoke(&pair->tx);
	afx_sock_share_close(&pair->share);
}

/*
 * Of a mapped pair. What runs is in the primary's memory: it has us unmap before
 * a half stops, and map, which this is, once one has started.
 */
static void
halves_admit(const struct guest *g, struct guest_pair *pair, const struct afx_pair *from)
{
	if (from->running & AFX_HALF_RX && pair->rx.queue == NULL)
		afx_mp_burst_admit(&pair->rx, from->rxq, &g->bursts);
	if (from->running & AFX_HALF_TX && pair->tx.queue == NULL)
		afx_mp_burst_admit(&pair->tx, from->txq, &g->bursts);
}

/* Takes fd. One that is mapped is still the primary's: it has us unmap before it closes. */
static int
pair_map(struct guest *g, uint16_t index, int fd)
{
	const struct afx_dev *priv = g->dev->data->dev_private;
	const struct afx_pair *from = &priv->pairs[index];
	struct guest_pair *pair = &g->pairs[index];
	int ret = 0;

	if (pair->share.sock.fd >= 0)
		close(fd);
	else
		ret = afx_sock_share_open(&pair->share, &from->sock, fd);
	if (ret == 0)
		halves_admit(g, pair, from);
	return ret;
}

static bool
order_waits(const struct guest *g, int ms)
{
	struct pollfd event = { .fd = g->channel, .events = POLLIN };

	return poll(&event, 1, ms) != 0;
}

static const char *
refusal_text(int ret)
{
	if (ret == -ENOTSUP)
		return "the kernel does not map the rings of a bound socket in a second process; "
		       "Linux 6.18 does";
	if (ret == -EEXIST)
		return "this process has something else at the addresses of the primary's rings; "
		       "start it again";
	return strerror(-ret);
}

static void
refusal_note(struct guest *g, int ret)
{
	if (g->refused == ret)
		return;
	g->refused = ret;
	if (ret != 0)
		AFX_LOG(WARNING, "%s: no Rx and Tx in this secondary process: %s", g->name,
			refusal_text(ret));
}

/* What of an answer's descriptors can be mapped; the last refusal, or 0. */
static int
answer_map(struct guest *g, const struct afx_mp_answer *answer, const int fds[AFX_MP_BATCH])
{
	const struct afx_dev *priv = g->dev->data->dev_private;
	int refused = 0;
	uint16_t i;
	int ret;

	/* The primary waits for us ahead of taking the pairs away only while one of them is bound. */
	if (answer->nb_fds == 0)
		return priv == NULL ? -ENODEV : 0;
	/* Closed since it answered. */
	if (priv == NULL || priv->pairs == NULL) {
		afx_mp_ask_fds_close(fds, answer->nb_fds);
		return -ENODEV;
	}
	/* By what they are for: the primary has its own at other addresses. */
	g->bursts = afx_port_bursts_get(g->dev);
	for (i = 0; i < answer->nb_fds; i++) {
		ret = pair_map(g, answer->pairs[i], fds[i]);
		refused = ret != 0 ? ret : refused;
	}
	return refused;
}

/*
 * Map what the primary has bound, and we do not have yet, a message at a time.
 * An order that comes meanwhile has precedence: the primary waits for it.
 */
static void
sockets_map(struct guest *g)
{
	const uint64_t deadline = deadline_get();
	struct afx_mp_ask ask = { .question = AFX_MP_SOCKETS };
	struct afx_mp_answer answer;
	int fds[AFX_MP_BATCH];
	int refused = 0;
	int ret;

	do {
		ret = afx_mp_ask_primary(g->name, ask, -1, &answer, fds);
		if (ret == 0) {
			ret = answer_map(g, &answer, fds);
			refused = ret != 0 ? ret : refused;
			ask.from = answer.next;
		} else if (ret != -EAGAIN || rte_get_tsc_cycles() >= deadline) {
			refused = ret;
			break;
		} else if (order_waits(g, AGAIN_MS)) {
			return;
		}
	} while (ask.from < g->nb_pairs);
	refusal_note(g, refused);
}

static void
pairs_unmap(struct guest *g, uint16_t first, uint16_t last)
{
	uint16_t i;

	for (i = first; i <= last && i < g->nb_pairs; i++)
		pair_unmap(&g->pairs[i]);
}

static void
order_obey(struct guest *g, const struct afx_mp_order *order)
{
	if (order->what == AFX_MP_MAP)
		sockets_map(g);
	else
		pairs_unmap(g, order->first, order->last);
	send(g->channel, &order->number, sizeof(order->number), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* EAL hands over a copy of its own of the handle, and frees that itself. */
static void
fd_close(struct rte_intr_handle *handle, void *arg __rte_unused)
{
	close(rte_intr_fd_get(handle));
}

/* EAL's interrupt thread. The end of the channel is that of the port in the primary, or of the primary. */
static void
on_order(void *arg)
{
	struct guest *g = arg;
	struct afx_mp_order order;
	ssize_t len;

	len = recv(g->channel, &order, sizeof(order), MSG_DONTWAIT);
	if (len == sizeof(order)) {
		order_obey(g, &order);
		return;
	}
	if (len < 0 && errno == EAGAIN)
		return;
	pairs_unmap(g, 0, g->nb_pairs - 1);
	g->refused = -ENODEV;
	rte_intr_callback_unregister_pending(g->handle, on_order, g, fd_close);
	/* From here on it may be freed. */
	__atomic_store_n(&g->channel, -1, __ATOMIC_RELEASE);
}

static int
channel_watch(struct guest *g)
{
	g->handle = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	if (g->handle == NULL)
		return -ENOMEM;
	rte_intr_fd_set(g->handle, g->channel);
	rte_intr_type_set(g->handle, RTE_INTR_HANDLE_EXT);
	return rte_intr_callback_register(g->handle, on_order, g);
}

/* Give the primary one end of a new channel. */
static int
hello(struct guest *g)
{
	const struct afx_mp_ask ask = { .question = AFX_MP_HELLO };
	struct afx_mp_answer answer;
	int fds[AFX_MP_BATCH], ends[2];
	int ret;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return -errno;
	ret = afx_mp_ask_primary(g->name, ask, ends[1], &answer, fds);
	close(ends[1]);
	if (ret == 0)
		g->channel = ends[0];
	else
		close(ends[0]);
	return ret;
}

/* Each time another channel: the primary may have taken one whose answer was late. */
static int
hello_soon(struct guest *g)
{
	const uint64_t deadline = deadline_get();
	int ret;

	while ((ret = hello(g)) == -EAGAIN && rte_get_tsc_cycles() < deadline)
		usleep(AGAIN_MS * 1000);
	return ret;
}

/* The interrupt thread may be in on_order(), or may have ended the channel there. */
static void
channel_unwatch(struct guest *g)
{
	while (g->handle != NULL && __atomic_load_n(&g->channel, __ATOMIC_ACQUIRE) >= 0 &&
	       rte_intr_callback_unregister(g->handle, on_order, g) == -EAGAIN)
		rte_pause();
}

/* The end of the channel tells the primary that nothing is mapped here any more. */
static void
leave(struct guest *g)
{
	channel_unwatch(g);
	pairs_unmap(g, 0, g->nb_pairs - 1);
	if (g->channel >= 0)
		close(g->channel);
	g->channel = -1;
	rte_intr_instance_free(g->handle);
	g->handle = NULL;
}

/* Cache lines of their own take more than malloc()'s alignment. */
static void *
lines_alloc(size_t len)
{
	void *mem = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_CACHE_LINE_ROUNDUP(len));

	return mem == NULL ? NULL : memset(mem, 0, len);
}

static void
guest_free(struct guest *g)
{
	if (g != NULL)
		free(g->pairs);
	free(g);
}

static struct guest *
guest_alloc(struct rte_eth_dev *dev)
{
	const struct afx_dev *priv = dev->data->dev_private;
	struct guest *g = lines_alloc(sizeof(*g));
	unsigned int i;

	if (g == NULL)
		return NULL;
	g->dev = dev;
	snprintf(g->name, sizeof(g->name), "%s", dev->data->name);
	g->channel = -1;
	g->nb_pairs = priv->cfg.queue_count;
	g->pairs = lines_alloc(g->nb_pairs * sizeof(*g->pairs));
	if (g->pairs == NULL) {
		guest_free(g);
		return NULL;
	}
	for (i = 0; i < RTE_MAX_QUEUES_PER_PORT; i++) {
		g->rx_halves[i] = i < g->nb_pairs ? &g->pairs[i].rx : &g->none;
		g->tx_halves[i] = i < g->nb_pairs ? &g->pairs[i].tx : &g->none;
	}
	afx_mp_burst_init(&g->none);
	for (i = 0; i < g->nb_pairs; i++) {
		afx_mp_burst_init(&g->pairs[i].rx);
		afx_mp_burst_init(&g->pairs[i].tx);
		afx_sock_share_init(&g->pairs[i].share);
	}
	return g;
}

int
afx_mp_guest_open(struct rte_eth_dev *dev)
{
	struct guest *g = guest_alloc(dev);
	int ret;

	if (g == NULL)
		return -ENOMEM;
	dev->process_private = g;
	afx_sock_share_foreign = true;
	dev->rx_pkt_burst = rte_eth_pkt_burst_dummy;
	dev->tx_pkt_burst = rte_eth_pkt_burst_dummy;
	ret = hello_soon(g);
	if (ret == 0) {
		sockets_map(g);
		ret = channel_watch(g);
	}
	if (ret != 0) {
		leave(g);
		refusal_note(g, ret);
	}
	return 0;
}

void
afx_mp_guest_finish(struct rte_eth_dev *dev)
{
	struct guest *g = dev->process_private;

	afx_mp_burst_set(&rte_eth_fp_ops[dev->data->port_id], g->rx_halves, g->tx_halves);
}

void
afx_mp_guest_close(struct rte_eth_dev *dev)
{
	struct guest *g = dev->process_private;

	if (g == NULL)
		return;
	leave(g);
	guest_free(g);
	dev->process_private = NULL;
}

int
afx_mp_guest_burst(const struct rte_eth_dev *dev, const void **rx, const void **tx)
{
	const struct guest *g = dev->process_private;

	*rx = (const void *)g->bursts.rx;
	*tx = (const void *)g->bursts.tx;
	return g->refused;
}
