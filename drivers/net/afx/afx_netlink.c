/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Netlink transport, and what rtnetlink knows of links and routes.
 */
#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "afx_netdev.h"
#include "afx_netlink.h"

/* A single RTM_NEWLINK is 1-2 KiB plus IFLA_AF_SPEC; dumps are cut by the kernel to what we offer. */
#define ANSWER_LEN 16384
/* The kernel answers from memory: longer silence is a lost answer, and a control thread waits for it. */
#define TIMEOUT_S 1
/* Under steady route or address churn every dump may be interrupted: give up rather than loop. */
#define TRIES_MAX 4
/* ETH_MIN_MTU, the least that IPv4 allows: what the kernel checked before IFLA_MIN_MTU (4.19). */
#define MIN_MTU_DEFAULT 68

static int
on_error(const struct nlmsghdr *nlh, void *data)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);

	(void)data;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	errno = -err->error;
	return err->error == 0 ? MNL_CB_STOP : MNL_CB_ERROR;
}

/* A dump that fails on its way says so here; libmnl's own handler takes it for success. */
static int
on_done(const struct nlmsghdr *nlh, void *data)
{
	int error = 0;

	(void)data;
	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(error))
		memcpy(&error, mnl_nlmsg_get_payload(nlh), sizeof(error));
	errno = -error;
	return error < 0 ? MNL_CB_ERROR : MNL_CB_STOP;
}

static int
exchange(struct mnl_socket *nl, const struct nlmsghdr *req, mnl_cb_t cb, void *data)
{
	mnl_cb_t control_cbs[] = { [NLMSG_ERROR] = on_error, [NLMSG_DONE] = on_done };
	_Alignas(struct nlmsghdr) char answer[ANSWER_LEN];
	ssize_t len;
	int run;

	if (mnl_socket_sendto(nl, req, req->nlmsg_len) < 0)
		return -errno;
	do {
		len = mnl_socket_recvfrom(nl, answer, sizeof(answer));
		if (len < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		run = mnl_cb_run2(answer, len, req->nlmsg_seq, mnl_socket_get_portid(nl), cb, data,
				  control_cbs, MNL_ARRAY_SIZE(control_cbs));
	} while (run > MNL_CB_STOP);
	return run == MNL_CB_STOP ? 0 : -errno;
}

static int
talk_once(int bus, struct nlmsghdr *req, mnl_cb_t cb, void *data)
{
	const struct timeval timeout = { .tv_sec = TIMEOUT_S };
	struct mnl_socket *nl;
	int strict = 1;
	int ret;

	nl = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (nl == NULL)
		return errno == EPROTONOSUPPORT ? -EOPNOTSUPP : -errno;
	/* Lets the kernel filter dumps (4.20 on); answers are checked here all the same. */
	mnl_socket_setsockopt(nl, NETLINK_GET_STRICT_CHK, &strict, sizeof(strict));
	ret = setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (ret == 0)
		ret = mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID);
	ret = ret != 0 ? -errno : exchange(nl, req, cb, data);
	mnl_socket_close(nl);
	return ret;
}

int
afx_netlink_talk(int bus, struct nlmsghdr *req, mnl_cb_t cb, void *data)
{
	int ret = -EINTR;
	int i;

	/* The rest of an interrupted dump still sits in its socket: each try has its own. */
	for (i = 0; i < TRIES_MAX && ret == -EINTR; i++) {
		req->nlmsg_seq = i + 1;
		ret = talk_once(bus, req, cb, data);
	}
	return ret;
}

static int
on_link_attr(const struct nlattr *attr, void *data)
{
	struct afx_netdev_info *info = data;
	uint16_t len = mnl_attr_get_payload_len(attr);
	uint16_t type = mnl_attr_get_type(attr);

	if (type == IFLA_ADDRESS && len == sizeof(info->mac))
		memcpy(info->mac, mnl_attr_get_payload(attr), sizeof(info->mac));
	if (len < sizeof(uint32_t))
		return MNL_CB_OK;
	switch (type) {
	case IFLA_MTU:
		info->mtu = mnl_attr_get_u32(attr);
		break;
	case IFLA_MIN_MTU:
		info->min_mtu = mnl_attr_get_u32(attr);
		break;
	case IFLA_MAX_MTU:
		info->max_mtu = mnl_attr_get_u32(attr);
		break;
	case IFLA_NUM_RX_QUEUES:
		info->rx_queues = mnl_attr_get_u32(attr);
		break;
	case IFLA_NUM_TX_QUEUES:
		info->tx_queues = mnl_attr_get_u32(attr);
		break;
	}
	return MNL_CB_OK;
}

static int
on_link(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct afx_netdev_info *info = data;

	info->ifindex = ifi->ifi_index;
	info->up = (ifi->ifi_flags & IFF_UP) != 0;
	info->loopback = (ifi->ifi_flags & IFF_LOOPBACK) != 0;
	info->ethernet = ifi->ifi_type == ARPHRD_ETHER;
	return mnl_attr_parse(nlh, sizeof(*ifi), on_link_attr, info);
}

int
afx_netlink_link_get(const char *iface, struct afx_netdev_info *info)
{
	_Alignas(struct nlmsghdr) char buf[AFX_NETLINK_REQ_LEN];
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);

	if (iface[0] == '\0' || strlen(iface) >= IF_NAMESIZE)
		return -ENODEV;
	memset(info, 0, sizeof(*info));
	info->min_mtu = MIN_MTU_DEFAULT;
	req->nlmsg_type = RTM_GETLINK;
	req->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	mnl_nlmsg_put_extra_header(req, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(req, IFLA_IFNAME, iface);
	mnl_attr_put_u32(req, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return afx_netlink_talk(NETLINK_ROUTE, req, on_link, info);
}

struct route_search {
	int family;
	uint32_t ifindex;
	bool found;
};

struct route_attrs {
	uint32_t table;
	uint32_t oif;
	const struct nlattr *multipath;
};

static int
on_route_attr(const struct nlattr *attr, void *data)
{
	struct route_attrs *route = data;

	switch (mnl_attr_get_type(attr)) {
	case RTA_TABLE:
		route->table = mnl_attr_get_u32(attr);
		break;
	case RTA_OIF:
		route->oif = mnl_attr_get_u32(attr);
		break;
	case RTA_MULTIPATH:
		route->multipath = attr;
		break;
	}
	return MNL_CB_OK;
}

static bool
multipath_has(const struct nlattr *multipath, uint32_t ifindex)
{
	const struct rtnexthop *nh = mnl_attr_get_payload(multipath);
	int left = mnl_attr_get_payload_len(multipath);

	for (; RTNH_OK(nh, left); left -= RTNH_ALIGN(nh->rtnh_len), nh = RTNH_NEXT(nh))
		if ((uint32_t)nh->rtnh_ifindex == ifindex)
			return true;
	return false;
}

static int
on_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct route_attrs route = { .table = rtm->rtm_table };
	struct route_search *search = data;

	if (rtm->rtm_family != search->family || rtm->rtm_dst_len != 0 ||
	    rtm->rtm_type != RTN_UNICAST)
		return MNL_CB_OK;
	mnl_attr_parse(nlh, sizeof(*rtm), on_route_attr, &route);
	if (route.table != RT_TABLE_MAIN)
		return MNL_CB_OK;
	/* A route through a nexthop object may name no interface at all: the kernel's filter knows. */
	search->found = (nlh->nlmsg_flags & NLM_F_DUMP_FILTERED) != 0 ||
		route.oif == search->ifindex ||
		(route.multipath != NULL && multipath_has(route.multipath, search->ifindex));
	return search->found ? MNL_CB_STOP : MNL_CB_OK;
}

static int
default_route_find(struct route_search *search)
{
	_Alignas(struct nlmsghdr) char buf[AFX_NETLINK_REQ_LEN];
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm;
	int ret;

	req->nlmsg_type = RTM_GETROUTE;
	req->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	rtm = mnl_nlmsg_put_extra_header(req, sizeof(*rtm));
	rtm->rtm_family = search->family;
	rtm->rtm_table = RT_TABLE_MAIN;
	mnl_attr_put_u32(req, RTA_OIF, search->ifindex);
	ret = afx_netlink_talk(NETLINK_ROUTE, req, on_route, search);
	/* No table yet in this namespace, or no such protocol in this kernel: no such route. */
	return ret == -ENOENT || ret == -EOPNOTSUPP || ret == -EAFNOSUPPORT ? 0 : ret;
}

int
afx_netdev_has_default_route(unsigned int ifindex, bool *has)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct route_search search = { .ifindex = ifindex };
	size_t i;
	int ret;

	*has = false;
	for (i = 0; i < MNL_ARRAY_SIZE(families) && !search.found; i++) {
		search.family = families[i];
		ret = default_route_find(&search);
		if (ret < 0)
			return ret;
	}
	*has = search.found;
	return 0;
}
