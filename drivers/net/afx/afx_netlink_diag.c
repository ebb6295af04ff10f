/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What sock_diag knows of sockets on an interface: TCP sessions, AF_XDP.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_addr.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/xdp_diag.h>

#include "afx_netdev.h"
#include "afx_netlink.h"

/* First size of the address list; it doubles. Most hosts have fewer. */
#define ADDRS_MIN 16

/* IPv4 as ::ffff:a.b.c.d, as a dual-stack socket's addresses come. */
struct addr {
	struct in6_addr in;
	uint32_t ifindex;
};

struct addr_list {
	struct addr *addrs;
	size_t nb;
	size_t room;
};

struct session_search {
	const struct addr_list *local; /* all addresses of the namespace */
	int family;
	uint32_t ifindex;
	bool found;
};

struct xsk_search {
	uint32_t ifindex;
	uint32_t queue;
	uint32_t inode;
};

static struct in6_addr
addr_from(int family, const void *bytes)
{
	struct in6_addr in = { .s6_addr = { [10] = 0xff, [11] = 0xff } };

	if (family == AF_INET)
		memcpy(&in.s6_addr[12], bytes, sizeof(struct in_addr));
	else
		memcpy(&in, bytes, sizeof(in));
	return in;
}

static int
addr_list_add(struct addr_list *list, const struct addr *addr)
{
	size_t room = list->room == 0 ? ADDRS_MIN : list->room * 2;
	struct addr *grown;

	if (list->nb == list->room) {
		grown = realloc(list->addrs, room * sizeof(*grown));
		if (grown == NULL)
			return -ENOMEM;
		list->addrs = grown;
		list->room = room;
	}
	list->addrs[list->nb++] = *addr;
	return 0;
}

/* Link-local addresses may repeat from link to link, so these also want the interface. */
static bool
addr_list_has(const struct addr_list *list, const struct in6_addr *in, uint32_t ifindex, bool any)
{
	bool any_link = any && !IN6_IS_ADDR_LINKLOCAL(in);
	size_t i;

	for (i = 0; i < list->nb; i++)
		if (IN6_ARE_ADDR_EQUAL(&list->addrs[i].in, in) &&
		    (any_link || list->addrs[i].ifindex == ifindex))
			return true;
	return false;
}

static int
on_addr_attr(const struct nlattr *attr, void *data)
{
	const struct nlattr **attrs = data;
	uint16_t type = mnl_attr_get_type(attr);

	if (type == IFA_ADDRESS || type == IFA_LOCAL)
		attrs[type] = attr;
	return MNL_CB_OK;
}

static int
on_addr(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attrs[IFA_LOCAL + 1] = { NULL };
	struct addr addr = { .ifindex = ifa->ifa_index };
	const struct nlattr *own;

	if (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6)
		return MNL_CB_OK;
	mnl_attr_parse(nlh, sizeof(*ifa), on_addr_attr, attrs);
	/* Of a point-to-point address IFA_ADDRESS is the peer's; without a peer IPv6 has no IFA_LOCAL. */
	own = attrs[IFA_LOCAL] != NULL ? attrs[IFA_LOCAL] : attrs[IFA_ADDRESS];
	if (own == NULL)
		return MNL_CB_OK;
	addr.in = addr_from(ifa->ifa_family, mnl_attr_get_payload(own));
	if (addr_list_add(data, &addr) == 0)
		return MNL_CB_OK;
	errno = ENOMEM;
	return MNL_CB_ERROR;
}

/* Addresses of all interfaces of this namespace. The caller frees list->addrs, also on failure. */
static int
addr_list_get(struct addr_list *list)
{
	_Alignas(struct nlmsghdr) char buf[AFX_NETLINK_REQ_LEN];
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);

	*list = (struct addr_list){ 0 };
	req->nlmsg_type = RTM_GETADDR;
	req->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(req, sizeof(struct ifaddrmsg));
	return afx_netlink_talk(NETLINK_ROUTE, req, on_addr, list);
}

/* -EOPNOTSUPP where the kernel or its module for this kind of socket has no sock_diag. */
static int
diag_dump(const void *request, size_t len, mnl_cb_t cb, void *data)
{
	_Alignas(struct nlmsghdr) char buf[AFX_NETLINK_REQ_LEN];
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	int ret;

	req->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	req->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	memcpy(mnl_nlmsg_put_extra_header(req, len), request, len);
	ret = afx_netlink_talk(NETLINK_SOCK_DIAG, req, cb, data);
	return ret == -ENOENT ? -EOPNOTSUPP : ret;
}

static int
on_session(const struct nlmsghdr *nlh, void *data)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct session_search *search = data;
	struct in6_addr src, dst;
	bool bound_elsewhere;

	if (msg->idiag_family != search->family || msg->idiag_state != TCP_ESTABLISHED)
		return MNL_CB_OK;
	src = addr_from(msg->idiag_family, msg->id.idiag_src);
	dst = addr_from(msg->idiag_family, msg->id.idiag_dst);
	bound_elsewhere = IN6_IS_ADDR_LINKLOCAL(&src) && msg->id.idiag_if != 0 &&
		msg->id.idiag_if != search->ifindex;
	/* Between two addresses of this host the packets go through lo. */
	search->found = !bound_elsewhere &&
		addr_list_has(search->local, &src, search->ifindex, false) &&
		!addr_list_has(search->local, &dst, search->ifindex, true);
	return search->found ? MNL_CB_STOP : MNL_CB_OK;
}

static int
session_find(struct session_search *search)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct inet_diag_req_v2 req = {
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = 1U << TCP_ESTABLISHED,
	};
	size_t i;
	int ret;

	for (i = 0; i < MNL_ARRAY_SIZE(families) && !search->found; i++) {
		search->family = families[i];
		req.sdiag_family = families[i];
		ret = diag_dump(&req, sizeof(req), on_session, search);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int
afx_netdev_has_tcp_session(unsigned int ifindex, bool *has)
{
	struct session_search search = { .ifindex = ifindex };
	struct addr_list local;
	int ret;

	ret = addr_list_get(&local);
	if (ret == 0) {
		search.local = &local;
		ret = session_find(&search);
	}
	free(local.addrs);
	*has = search.found;
	return ret;
}

static int
on_xsk_attr(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == XDP_DIAG_INFO)
		memcpy(data, mnl_attr_get_payload(attr), sizeof(struct xdp_diag_info));
	return MNL_CB_OK;
}

static int
on_xsk(const struct nlmsghdr *nlh, void *data)
{
	const struct xdp_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct xdp_diag_info info = { 0 };
	struct xsk_search *search = data;

	mnl_attr_parse(nlh, sizeof(*msg), on_xsk_attr, &info);
	if (info.ifindex != search->ifindex || info.queue_id != search->queue)
		return MNL_CB_OK;
	search->inode = msg->xdiag_ino;
	return MNL_CB_STOP;
}

int
afx_netdev_xsk_get(unsigned int ifindex, uint32_t queue, struct afx_netdev_xsk *xsk)
{
	struct xsk_search search = { .ifindex = ifindex, .queue = queue };
	struct xdp_diag_req req = { .sdiag_family = AF_XDP, .xdiag_show = XDP_SHOW_INFO };
	int ret;

	xsk->listed = diag_dump(&req, sizeof(req), on_xsk, &search) == 0;
	xsk->inode = search.inode;
	/* sock_diag no longer lists a closed socket whose pool the kernel has yet to release. */
	ret = afx_netlink_queue_has_xsk(ifindex, queue, &xsk->taken);
	xsk->taken = xsk->taken || xsk->inode != 0;
	return xsk->listed || xsk->taken ? 0 : ret;
}
