/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Notifications of rtnetlink about one interface.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "afx_netdev.h"
#include "afx_netlink.h"

/* One notification with all its attributes; the kernel sends a page at most (NLMSG_GOODSIZE). */
#define NOTICE_LEN 16384

/* Marks answers, as no other program numbers its requests by chance. */
#define ASK_SEQ UINT32_C(0x61667871)

int
afx_netdev_watch_open(int *fd)
{
	const struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	int ret = 0;

	*fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (*fd < 0)
		return -errno;
	if (bind(*fd, (const struct sockaddr *)&addr, sizeof(addr)) != 0) {
		ret = -errno;
		close(*fd);
		*fd = -1;
	}
	return ret;
}

int
afx_netdev_watch_ask(int fd, unsigned int ifindex)
{
	_Alignas(struct nlmsghdr) char buf[AFX_NETLINK_REQ_LEN];
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi;

	req->nlmsg_type = RTM_GETLINK;
	req->nlmsg_flags = NLM_F_REQUEST;
	req->nlmsg_seq = ASK_SEQ;
	ifi = mnl_nlmsg_put_extra_header(req, sizeof(*ifi));
	ifi->ifi_index = ifindex;
	return send(fd, req, req->nlmsg_len, 0) < 0 ? -errno : 0;
}

static int
on_xdp_attr(const struct nlattr *attr, void *data)
{
	struct afx_netdev_event *event = data;

	if (mnl_attr_get_type(attr) == IFLA_XDP_PROG_ID)
		event->xdp_id = mnl_attr_get_u32(attr);
	/* With more than one mode in use, the kernel gives no single id. */
	if (mnl_attr_get_type(attr) == IFLA_XDP_ATTACHED &&
	    mnl_attr_get_u8(attr) == XDP_ATTACHED_MULTI)
		event->xdp_id = UINT32_MAX;
	return MNL_CB_OK;
}

static int
on_attr(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == IFLA_XDP)
		return mnl_attr_parse_nested(attr, on_xdp_attr, data);
	return MNL_CB_OK;
}

static void
notice_take(const struct nlmsghdr *nlh, unsigned int ifindex, struct afx_netdev_event *event)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);

	/* The answer to a question about an interface that is gone. */
	if (nlh->nlmsg_type == NLMSG_ERROR && nlh->nlmsg_seq == ASK_SEQ &&
	    mnl_nlmsg_get_payload_len(nlh) >= sizeof(*err) && err->error == -ENODEV)
		event->gone = true;
	/* A bridge tells of its ports in its own family. */
	if (nlh->nlmsg_type == NLMSG_ERROR || mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifi) ||
	    ifi->ifi_family != AF_UNSPEC || (unsigned int)ifi->ifi_index != ifindex)
		return;
	if (nlh->nlmsg_type == RTM_DELLINK)
		event->gone = true;
	if (nlh->nlmsg_type != RTM_NEWLINK)
		return;
	if (nlh->nlmsg_seq == ASK_SEQ)
		event->answered = true;
	else
		event->changed = true;
	event->xdp_id = 0;
	mnl_attr_parse(nlh, sizeof(*ifi), on_attr, event);
}

int
afx_netdev_watch_read(int fd, unsigned int ifindex, struct afx_netdev_event *event)
{
	_Alignas(struct nlmsghdr) char buf[NOTICE_LEN];
	const struct nlmsghdr *nlh;
	int ret = 0;
	ssize_t len;
	int left;

	memset(event, 0, sizeof(*event));
	/* After an overflow there is still a full socket to read, or an answer would not fit. */
	while ((len = recv(fd, buf, sizeof(buf), 0)) > 0 || (len < 0 && errno == ENOBUFS)) {
		if (len < 0) {
			ret = -ENOBUFS;
			continue;
		}
		left = len;
		for (nlh = (const struct nlmsghdr *)buf; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left))
			notice_take(nlh, ifindex, event);
	}
	return len < 0 && errno != EAGAIN ? -errno : ret;
}
