/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "afx_netlink.h"

#include "link.h"

/* The kernel's "no id" (NETNSA_NSID_NOT_ASSIGNED). */
#define NSID_NONE -1

struct member_list {
	unsigned int master;
	char *names;
	size_t len;
};

static int
on_info_attr(const struct nlattr *attr, void *data)
{
	struct doctor_link *link = data;

	if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
		snprintf(link->kind, sizeof(link->kind), "%s", mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

static int
on_attr(const struct nlattr *attr, void *data)
{
	struct doctor_link *link = data;

	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		snprintf(link->name, sizeof(link->name), "%s", mnl_attr_get_str(attr));
		break;
	case IFLA_QDISC:
		snprintf(link->qdisc, sizeof(link->qdisc), "%s", mnl_attr_get_str(attr));
		break;
	case IFLA_MTU:
		link->mtu = mnl_attr_get_u32(attr);
		break;
	case IFLA_MASTER:
		link->master = mnl_attr_get_u32(attr);
		break;
	case IFLA_LINK:
		link->lower = mnl_attr_get_u32(attr);
		break;
	case IFLA_LINK_NETNSID:
		link->lower_foreign = true;
		link->lower_nsid = mnl_attr_get_u32(attr);
		break;
	case IFLA_LINKINFO:
		return mnl_attr_parse_nested(attr, on_info_attr, link);
	}
	return MNL_CB_OK;
}

static int
on_link(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct doctor_link *link = data;

	*link = (struct doctor_link){ .ifindex = ifi->ifi_index };
	return mnl_attr_parse(nlh, sizeof(*ifi), on_attr, link);
}

static struct nlmsghdr *
request_start(char *buf, unsigned int ifindex, uint16_t flags)
{
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi;

	req->nlmsg_type = RTM_GETLINK;
	req->nlmsg_flags = NLM_F_REQUEST | flags;
	ifi = mnl_nlmsg_put_extra_header(req, sizeof(*ifi));
	ifi->ifi_index = ifindex;
	mnl_attr_put_u32(req, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return req;
}

int
doctor_link_get(unsigned int ifindex, struct doctor_link *link)
{
	_Alignas(struct nlmsghdr) char buf[AFX_NETLINK_REQ_LEN];

	return afx_netlink_talk(NETLINK_ROUTE, request_start(buf, ifindex, NLM_F_ACK), on_link,
				link);
}

int
doctor_link_get_in(unsigned int ifindex, int32_t nsid, struct doctor_link *link)
{
	_Alignas(struct nlmsghdr) char buf[AFX_NETLINK_REQ_LEN];
	struct nlmsghdr *req = request_start(buf, ifindex, NLM_F_ACK);

	mnl_attr_put_u32(req, IFLA_TARGET_NETNSID, nsid);
	return afx_netlink_talk(NETLINK_ROUTE, req, on_link, link);
}

static int
on_member(const struct nlmsghdr *nlh, void *data)
{
	struct member_list *list = data;
	struct doctor_link link;
	size_t used;

	on_link(nlh, &link);
	used = strlen(list->names);
	if (link.master == list->master && used + strlen(link.name) + 2 < list->len)
		snprintf(list->names + used, list->len - used, "%s%s", used == 0 ? "" : " ",
			 link.name);
	return MNL_CB_OK;
}

int
doctor_link_members(unsigned int master, char *names, size_t len)
{
	_Alignas(struct nlmsghdr) char buf[AFX_NETLINK_REQ_LEN];
	struct nlmsghdr *req = request_start(buf, 0, NLM_F_DUMP);
	struct member_list list = { .master = master, .names = names, .len = len };

	names[0] = '\0';
	mnl_attr_put_u32(req, IFLA_MASTER, master);
	return afx_netlink_talk(NETLINK_ROUTE, req, on_member, &list);
}

static int
on_nsid_attr(const struct nlattr *attr, void *data)
{
	int32_t *nsid = data;

	if (mnl_attr_get_type(attr) == NETNSA_NSID)
		*nsid = (int32_t)mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static int
on_nsid(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, sizeof(struct rtgenmsg), on_nsid_attr, data);
}

int
doctor_link_nsid(int fd, int32_t *nsid)
{
	_Alignas(struct nlmsghdr) char buf[AFX_NETLINK_REQ_LEN];
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	int ret;

	*nsid = NSID_NONE;
	req->nlmsg_type = RTM_GETNSID;
	req->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	mnl_nlmsg_put_extra_header(req, sizeof(struct rtgenmsg));
	mnl_attr_put_u32(req, NETNSA_FD, fd);
	ret = afx_netlink_talk(NETLINK_ROUTE, req, on_nsid, nsid);
	return ret == 0 && *nsid == NSID_NONE ? -ENOENT : ret;
}
