/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * ip link add LAB_NEAR type veth peer name LAB_FAR, and up with both.
 */
#include <net/if.h>

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include "afx_netdev.h"
#include "afx_netlink.h"

#include "lab.h"

static int
on_nothing(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh;
	(void)data;
	return MNL_CB_OK;
}

static struct nlmsghdr *
request_start(char *buf, uint16_t flags)
{
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);

	req->nlmsg_type = RTM_NEWLINK;
	req->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	return req;
}

static void
end_put(struct nlmsghdr *req, const char *name, uint32_t tx_queues)
{
	mnl_attr_put_strz(req, IFLA_IFNAME, name);
	mnl_attr_put_u32(req, IFLA_NUM_RX_QUEUES, LAB_QUEUES);
	mnl_attr_put_u32(req, IFLA_NUM_TX_QUEUES, tx_queues);
}

static int
veth_add(void)
{
	_Alignas(struct nlmsghdr) char buf[AFX_NETLINK_REQ_LEN];
	struct nlmsghdr *req = request_start(buf, NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *info, *data, *peer;

	mnl_nlmsg_put_extra_header(req, sizeof(struct ifinfomsg));
	end_put(req, LAB_NEAR, LAB_QUEUES);
	info = mnl_attr_nest_start(req, IFLA_LINKINFO);
	mnl_attr_put_strz(req, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(req, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(req, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(req, sizeof(struct ifinfomsg));
	/* One, so that what is sent here arrives on queue 0 there. */
	end_put(req, LAB_FAR, 1);
	mnl_attr_nest_end(req, peer);
	mnl_attr_nest_end(req, data);
	mnl_attr_nest_end(req, info);
	return afx_netlink_talk(NETLINK_ROUTE, req, on_nothing, NULL);
}

static int
up(const char *iface, unsigned int *ifindex)
{
	_Alignas(struct nlmsghdr) char buf[AFX_NETLINK_REQ_LEN];
	struct nlmsghdr *req = request_start(buf, 0);
	struct afx_netdev_info info;
	struct ifinfomsg *ifi;
	int ret;

	ret = afx_netlink_link_get(iface, &info);
	if (ret != 0)
		return ret;
	*ifindex = info.ifindex;
	ifi = mnl_nlmsg_put_extra_header(req, sizeof(*ifi));
	ifi->ifi_index = info.ifindex;
	ifi->ifi_flags = IFF_UP;
	ifi->ifi_change = IFF_UP;
	return afx_netlink_talk(NETLINK_ROUTE, req, on_nothing, NULL);
}

int
lab_pair_make(struct lab_pair *pair)
{
	int ret = veth_add();

	if (ret == 0)
		ret = up(LAB_NEAR, &pair->near);
	if (ret == 0)
		ret = up(LAB_FAR, &pair->far);
	return ret;
}
