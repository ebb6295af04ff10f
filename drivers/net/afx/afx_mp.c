/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_errno.h>

#include "afx_log.h"
#include "afx_mp.h"
#include "afx_mp_ends.h"
#include "afx_mp_msg.h"
#include "afx_mp_settle.h"
#include "afx_tx_kick.h"

/* Ports of secondary processes at once: 32 processes with 4 ports each; a process needs an lcore of its own. */
#define PEERS_MAX 128

/* A port of a secondary process. */
struct peer {
	struct afx_dev *priv;
	int fd; /* our end of the channel */
	pid_t pid;
	uint32_t owner; /* who it is within a kick */
	uint32_t owed; /* number of the last order it has not answered; 0: none */
	bool late; /* with it, beyond the wait: there may be queues to give back */
};

/*
 * Peers, by control threads, EAL's interrupt thread, for which no order waits,
 * and EAL's message thread, which must not wait for a control thread.
 */
static pthread_mutex_t peers_lock = PTHREAD_MUTEX_INITIALIZER;
static struct peer peers[PEERS_MAX];
static unsigned int nb_peers;
static uint32_t last_number;
static uint32_t last_owner = AFX_TX_KICK_PRIMARY;

/* Ports that secondary processes can ask for; never held during a wait. */
static pthread_mutex_t ports_lock = PTHREAD_MUTEX_INITIALIZER;
static struct rte_eth_dev *ports[RTE_MAX_ETHPORTS];
static unsigned int nb_ports;

static void
debt_end(struct peer *peer)
{
	peer->owed = 0;
	if (!peer->late)
		return;
	peer->late = false;
	afx_mp_ends_listen(peer->fd, false);
	afx_mp_settle_soon(peer->priv);
}

static void
peer_drop(struct peer *peer)
{
	uint16_t i;

	debt_end(peer);
	afx_mp_ends_forget(peer->fd);
	for (i = 0; i < peer->priv->cfg.queue_count; i++)
		afx_tx_kick_release(&peer->priv->pairs[i].kick, peer->owner);
	close(peer->fd);
	*peer = peers[--nb_peers];
}

/* Take what a peer has answered. False: it has ended. */
static bool
answers_take(struct peer *peer)
{
	uint32_t number;
	ssize_t len;

	while ((len = recv(peer->fd, &number, sizeof(number), MSG_DONTWAIT)) > 0) {
		if (number == peer->owed)
			debt_end(peer);
	}
	return len < 0 && errno == EAGAIN;
}

/* Those that have ended leave; the last takes the place of the one that left. */
static void
peers_look(void)
{
	unsigned int i = nb_peers;

	while (i-- != 0) {
		if (!answers_take(&peers[i]))
			peer_drop(&peers[i]);
	}
}

/*
 * EAL's interrupt thread: nobody else may look before another process has the
 * dead one's queue, or after one that was late has answered.
 */
static void
on_end(void *arg __rte_unused)
{
	pthread_mutex_lock(&peers_lock);
	peers_look();
	pthread_mutex_unlock(&peers_lock);
}

/* A full channel is one whose owner does not read: it owes, like others that do not answer. */
static void
orders_send(const struct afx_dev *priv, const struct afx_mp_order *order)
{
	unsigned int i;

	for (i = 0; i < nb_peers; i++) {
		if (peers[i].priv != priv)
			continue;
		send(peers[i].fd, order, sizeof(*order), MSG_DONTWAIT | MSG_NOSIGNAL);
		peers[i].owed = order->number;
	}
}

static struct peer *
debtor_find(const struct afx_dev *priv)
{
	unsigned int i;

	for (i = 0; i < nb_peers; i++) {
		if (peers[i].priv == priv && peers[i].owed != 0)
			return &peers[i];
	}
	return NULL;
}

/* One after the other: the wait is for all of them. NULL, or one that has not answered in time. */
static const struct peer *
answers_wait(const struct afx_dev *priv)
{
	const uint64_t deadline = rte_get_tsc_cycles() + rte_get_tsc_hz() / 1000 * AFX_MP_WAIT_MS;
	struct peer *peer;
	uint64_t now;

	while ((peer = debtor_find(priv)) != NULL && (now = rte_get_tsc_cycles()) < deadline) {
		struct pollfd event = { .fd = peer->fd, .events = POLLIN };

		poll(&event, 1, (deadline - now) * 1000 / rte_get_tsc_hz() + 1);
		peers_look();
	}
	return peer;
}

/* Nobody waits for them any more. */
static void
late_note(const struct afx_dev *priv)
{
	unsigned int i;

	for (i = 0; i < nb_peers; i++) {
		if (peers[i].priv != priv || peers[i].owed == 0)
			continue;
		peers[i].late = true;
		afx_mp_ends_listen(peers[i].fd, true);
	}
}

static uint32_t
number_next(void)
{
	last_number += last_number == UINT32_MAX ? 2 : 1;
	return last_number;
}

/* True if all have obeyed in time; else *pid is one that has not. */
static bool
order_give(const struct afx_dev *priv, struct afx_mp_order order, pid_t *pid)
{
	const struct peer *late;

	pthread_mutex_lock(&peers_lock);
	order.number = number_next();
	orders_send(priv, &order);
	late = answers_wait(priv);
	if (late != NULL) {
		*pid = late->pid;
		late_note(priv);
	}
	pthread_mutex_unlock(&peers_lock);
	return late == NULL;
}

void
afx_mp_map(const struct afx_dev *priv)
{
	const struct afx_mp_order order = { .what = AFX_MP_MAP };
	pid_t late;

	if (!order_give(priv, order, &late))
		AFX_LOG(WARNING,
			"%s: secondary process %d does not answer: it receives and sends nothing "
			"until it has mapped the rings",
			priv->cfg.iface, (int)late);
}

void
afx_mp_map_soon(const struct afx_dev *priv)
{
	struct afx_mp_order order = { .what = AFX_MP_MAP };

	pthread_mutex_lock(&peers_lock);
	order.number = number_next();
	orders_send(priv, &order);
	pthread_mutex_unlock(&peers_lock);
}

bool
afx_mp_unmap(const struct afx_dev *priv, uint16_t first, uint16_t last)
{
	const struct afx_mp_order order = { .what = AFX_MP_UNMAP, .first = first, .last = last };
	pid_t late;
	bool obeyed;

	obeyed = order_give(priv, order, &late);
	if (!obeyed)
		AFX_LOG(ERR,
			"%s: secondary process %d does not answer and keeps the rings mapped: the "
			"queues stay taken, and their mbufs out of their mempool, until it goes on "
			"or ends; run: kill -9 %d",
			priv->cfg.iface, (int)late, (int)late);
	return obeyed;
}

bool
afx_mp_pinned(const struct afx_dev *priv)
{
	bool pinned;

	pthread_mutex_lock(&peers_lock);
	peers_look();
	pinned = debtor_find(priv) != NULL;
	pthread_mutex_unlock(&peers_lock);
	return pinned;
}

/* A process has one number for all its ports: *owner, or, if that is nobody's yet, a new one. */
static int
peer_take(struct afx_dev *priv, int fd, uint32_t *owner)
{
	struct ucred creator = { 0 };
	socklen_t len = sizeof(creator);
	int ret;

	peers_look();
	if (nb_peers == PEERS_MAX)
		return -ENOSPC;
	ret = afx_mp_ends_watch(fd, on_end);
	if (ret != 0)
		return ret;
	if (*owner == AFX_TX_KICK_PRIMARY)
		*owner = ++last_owner;
	/* EAL receives it for children to inherit: the channel would outlive both its ends. */
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &creator, &len);
	peers[nb_peers++] =
		(struct peer){ .priv = priv, .fd = fd, .pid = creator.pid, .owner = *owner };
	return 0;
}

static int
peer_add(struct afx_dev *priv, int fd, uint32_t *owner)
{
	int ret;

	if (pthread_mutex_trylock(&peers_lock) != 0)
		return -EAGAIN;
	ret = peer_take(priv, fd, owner);
	pthread_mutex_unlock(&peers_lock);
	return ret;
}

static void
reply_send(const struct afx_mp_answer *answer, struct rte_mp_msg *reply, const void *asker)
{
	snprintf(reply->name, sizeof(reply->name), AFX_MP_ACTION);
	reply->len_param = sizeof(*answer);
	memcpy(reply->param, answer, sizeof(*answer));
	rte_mp_reply(reply, asker);
}

static void
result_send(struct afx_mp_answer answer, int ret, const void *asker)
{
	struct rte_mp_msg reply = { 0 };

	answer.ret = ret;
	reply_send(&answer, &reply, asker);
}

/* Sockets do not close while the port's lock is held, so that the descriptors that go out are theirs. */
static void
sockets_send(struct afx_dev *priv, const struct afx_mp_ask *ask, const void *asker)
{
	struct afx_mp_answer answer = { .number = ask->number };
	struct rte_mp_msg reply = { 0 };
	uint16_t i;

	for (i = ask->from; i < priv->cfg.queue_count && reply.num_fds < AFX_MP_BATCH; i++) {
		if (!priv->pairs[i].bound || priv->pairs[i].held)
			continue;
		answer.pairs[reply.num_fds] = i;
		reply.fds[reply.num_fds++] = priv->pairs[i].sock.fd;
	}
	answer.next = i;
	answer.nb_fds = reply.num_fds;
	reply_send(&answer, &reply, asker);
}

static void
sockets_answer(struct afx_dev *priv, const struct afx_mp_ask *ask, const void *asker)
{
	const struct afx_mp_answer answer = { .number = ask->number };

	if (pthread_mutex_trylock(&priv->lock) != 0) {
		result_send(answer, -EAGAIN, asker);
		return;
	}
	sockets_send(priv, ask, asker);
	pthread_mutex_unlock(&priv->lock);
}

static struct rte_eth_dev *
port_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(ports); i++) {
		if (ports[i] != NULL &&
		    strncmp(ports[i]->data->name, name, RTE_ETH_NAME_MAX_LEN) == 0)
			return ports[i];
	}
	return NULL;
}

/* True if the descriptor that came with the question is a peer's now. */
static bool
question_answer(const struct afx_mp_ask *ask, const struct rte_mp_msg *msg, const void *asker)
{
	struct afx_mp_answer answer = { .number = ask->number, .owner = ask->owner };
	const struct rte_eth_dev *dev = port_find(ask->port);
	int ret;

	if (dev == NULL || (ask->question == AFX_MP_HELLO && msg->num_fds != 1)) {
		result_send(answer, dev == NULL ? -ENODEV : -EINVAL, asker);
		return false;
	}
	if (ask->question != AFX_MP_HELLO) {
		sockets_answer(dev->data->dev_private, ask, asker);
		return false;
	}
	ret = peer_add(dev->data->dev_private, msg->fds[0], &answer.owner);
	result_send(answer, ret, asker);
	return ret == 0;
}

/* EAL's message thread. A port does not close meanwhile. */
static int
on_question(const struct rte_mp_msg *msg, const void *asker)
{
	const struct afx_mp_ask *ask = (const void *)msg->param;
	bool taken = false;
	int i;

	pthread_mutex_lock(&ports_lock);
	if (msg->len_param == sizeof(*ask))
		taken = question_answer(ask, msg, asker);
	pthread_mutex_unlock(&ports_lock);
	for (i = 0; i < msg->num_fds && !taken; i++)
		close(msg->fds[i]);
	return 0;
}

void
afx_mp_port_open(struct rte_eth_dev *dev)
{
	pthread_mutex_lock(&ports_lock);
	if (nb_ports++ == 0 && rte_mp_action_register(AFX_MP_ACTION, on_question) != 0 &&
	    rte_errno != ENOTSUP)
		AFX_LOG(WARNING, "%s: no Rx and Tx in secondary processes: %s", dev->data->name,
			strerror(rte_errno));
	ports[dev->data->port_id] = dev;
	pthread_mutex_unlock(&ports_lock);
}

void
afx_mp_port_close(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	unsigned int i;

	pthread_mutex_lock(&ports_lock);
	if (ports[dev->data->port_id] != NULL && --nb_ports == 0)
		rte_mp_action_unregister(AFX_MP_ACTION);
	ports[dev->data->port_id] = NULL;
	pthread_mutex_unlock(&ports_lock);

	pthread_mutex_lock(&peers_lock);
	for (i = nb_peers; i-- != 0;) {
		if (peers[i].priv == priv)
			peer_drop(&peers[i]);
	}
	pthread_mutex_unlock(&peers_lock);
	afx_mp_settle_cancel(priv);
}
