/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What the "netdev" generic netlink family knows of a device and its queues.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "afx_netdev.h"
#include "afx_netlink.h"
#include "afx_uapi_netdev.h"

struct family {
	uint16_t id;
	bool shows_xsk; /* queue-get reports AF_XDP pools */
};

struct queue {
	uint32_t napi;
	bool xsk;
};

static struct nlmsghdr *
request_start(char *buf, uint16_t family, uint8_t cmd, uint8_t version)
{
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	req->nlmsg_type = family;
	req->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl = mnl_nlmsg_put_extra_header(req, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return req;
}

static int
on_op_attr(const struct nlattr *attr, void *data)
{
	struct family *family = data;

	/* The xsk nest came with 6.15 and cannot be asked for; bind-tx, a release younger, can. */
	if (mnl_attr_get_type(attr) == CTRL_ATTR_OP_ID &&
	    mnl_attr_get_u32(attr) == AFX_NETDEV_CMD_BIND_TX)
		family->shows_xsk = true;
	return MNL_CB_OK;
}

static int
on_op(const struct nlattr *attr, void *data)
{
	return mnl_attr_parse_nested(attr, on_op_attr, data);
}

static int
on_family_attr(const struct nlattr *attr, void *data)
{
	struct family *family = data;

	switch (mnl_attr_get_type(attr)) {
	case CTRL_ATTR_FAMILY_ID:
		family->id = mnl_attr_get_u16(attr);
		break;
	case CTRL_ATTR_OPS:
		return mnl_attr_parse_nested(attr, on_op, family);
	}
	return MNL_CB_OK;
}

static int
on_family(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), on_family_attr, data);
}

static int
family_get(struct family *family)
{
	_Alignas(struct nlmsghdr) char buf[AFX_NETLINK_REQ_LEN];
	struct nlmsghdr *req = request_start(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	int ret;

	*family = (struct family){ 0 };
	mnl_attr_put_strz(req, CTRL_ATTR_FAMILY_NAME, AFX_NETDEV_FAMILY_NAME);
	ret = afx_netlink_talk(NETLINK_GENERIC, req, on_family, family);
	return ret == -ENOENT ? -EOPNOTSUPP : ret;
}

static int
on_dev_attr(const struct nlattr *attr, void *data)
{
	uint64_t *features = data;

	if (mnl_attr_get_type(attr) == AFX_NETDEV_A_DEV_XDP_FEATURES)
		*features = mnl_attr_get_u64(attr);
	return MNL_CB_OK;
}

static int
on_dev(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), on_dev_attr, data);
}

int
afx_netdev_xdp_get(unsigned int ifindex, struct afx_netdev_xdp *xdp)
{
	_Alignas(struct nlmsghdr) char buf[AFX_NETLINK_REQ_LEN];
	struct family family;
	struct nlmsghdr *req;
	uint64_t features = 0;
	int ret;

	*xdp = (struct afx_netdev_xdp){ 0 };
	ret = family_get(&family);
	if (ret < 0)
		return ret;
	req = request_start(buf, family.id, AFX_NETDEV_CMD_DEV_GET, AFX_NETDEV_FAMILY_VERSION);
	mnl_attr_put_u32(req, AFX_NETDEV_A_DEV_IFINDEX, ifindex);
	ret = afx_netlink_talk(NETLINK_GENERIC, req, on_dev, &features);
	if (ret < 0)
		return ret;
	xdp->native = (features & AFX_NETDEV_XDP_ACT_BASIC) != 0;
	xdp->redirect = (features & AFX_NETDEV_XDP_ACT_REDIRECT) != 0;
	xdp->zerocopy = (features & AFX_NETDEV_XDP_ACT_XSK_ZEROCOPY) != 0;
	return 0;
}

int
afx_netdev_zerocopy_get(unsigned int ifindex, bool *zc)
{
	struct afx_netdev_xdp xdp;
	int ret = afx_netdev_xdp_get(ifindex, &xdp);

	*zc = ret != 0 || xdp.zerocopy;
	return ret;
}

static int
on_queue_attr(const struct nlattr *attr, void *data)
{
	struct queue *queue = data;

	switch (mnl_attr_get_type(attr)) {
	case AFX_NETDEV_A_QUEUE_NAPI_ID:
		queue->napi = mnl_attr_get_u32(attr);
		break;
	case AFX_NETDEV_A_QUEUE_XSK:
		queue->xsk = true;
		break;
	}
	return MNL_CB_OK;
}

static int
on_queue(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), on_queue_attr, data);
}

static int
queue_get(uint16_t family, unsigned int ifindex, uint32_t id, uint32_t type, struct queue *queue)
{
	_Alignas(struct nlmsghdr) char buf[AFX_NETLINK_REQ_LEN];
	struct nlmsghdr *req =
		request_start(buf, family, AFX_NETDEV_CMD_QUEUE_GET, AFX_NETDEV_FAMILY_VERSION);

	*queue = (struct queue){ 0 };
	mnl_attr_put_u32(req, AFX_NETDEV_A_QUEUE_IFINDEX, ifindex);
	mnl_attr_put_u32(req, AFX_NETDEV_A_QUEUE_TYPE, type);
	mnl_attr_put_u32(req, AFX_NETDEV_A_QUEUE_ID, id);
	return afx_netlink_talk(NETLINK_GENERIC, req, on_queue, queue);
}

/* Both halves of a queue pair; where the interface has only one of them, the other stays 0. */
static int
pair_get(uint16_t family, unsigned int ifindex, uint32_t id, struct queue *rx, struct queue *tx)
{
	int rx_ret = queue_get(family, ifindex, id, AFX_NETDEV_QUEUE_TYPE_RX, rx);
	int tx_ret = queue_get(family, ifindex, id, AFX_NETDEV_QUEUE_TYPE_TX, tx);

	if (rx_ret == -EINVAL && tx_ret == 0)
		return 0;
	if (tx_ret == -EINVAL && rx_ret == 0)
		return 0;
	return rx_ret < 0 ? rx_ret : tx_ret;
}

static int
queue_ask(unsigned int ifindex, uint32_t queue, struct family *family, struct queue *rx,
	  struct queue *tx)
{
	int ret = family_get(family);

	return ret < 0 ? ret : pair_get(family->id, ifindex, queue, rx, tx);
}

int
afx_netdev_napi_get(unsigned int ifindex, uint32_t queue, uint32_t *rx_napi, uint32_t *tx_napi)
{
	struct family family;
	struct queue rx, tx;
	int ret;

	*rx_napi = 0;
	*tx_napi = 0;
	ret = queue_ask(ifindex, queue, &family, &rx, &tx);
	if (ret < 0)
		return ret;
	*rx_napi = rx.napi;
	*tx_napi = tx.napi;
	return 0;
}

int
afx_netlink_queue_has_xsk(unsigned int ifindex, uint32_t queue, bool *has)
{
	struct family family;
	struct queue rx, tx;
	int ret;

	*has = false;
	ret = queue_ask(ifindex, queue, &family, &rx, &tx);
	if (ret < 0)
		return ret;
	*has = rx.xsk || tx.xsk;
	return *has || family.shows_xsk ? 0 : -EOPNOTSUPP;
}
