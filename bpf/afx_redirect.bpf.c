/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Hands each packet to the XSK of its rx queue, or to the kernel where the
 * queue has none, or where the keep filter says so:
 *
 * - keep=none: no filter. afx_keep is a constant to the verifier, which drops
 *   the dead branch; the bare redirect remains.
 * - keep=mgmt: ARP, ICMPv6 (with it all of neighbour discovery), DHCP and ssh
 *   (either direction: this machine may be server or client) stay with the kernel.
 * - keep=PORT-LIST: TCP and UDP to a port of the list, and ARP and ICMPv6,
 *   without which nobody could reach those ports for long.
 *
 * Both filters look through up to two VLAN tags, IPv4 options and IPv6
 * extension headers. Fragments but the first carry no ports: with a filter
 * those of TCP and UDP (IPv6: all) go to the kernel, since a kept connection
 * that stalls is worse than one that the application must see unfragmented.
 * What can not be parsed (cut short, over-long header chains) is not kept.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/types.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "afx_shared.h"

/* One S-tag and one C-tag (802.1ad); deeper stacks are not management traffic. */
#define VLAN_TAGS_MAX 2
/* RFC 8200 section 4.1 lists 7 extension headers before the payload, one of them twice. */
#define EXT_HEADERS_MAX 8

#define IPV4_OFFSET_MASK 0x1fff
/* The low three bits of IPv6's field are reserved bits and the more-fragments flag. */
#define IPV6_OFFSET_MASK 0xfff8

#define PORT_SSH 22
#define PORT_DHCP_SERVER 67
#define PORT_DHCP_CLIENT 68
#define PORT_DHCP6_CLIENT 546
#define PORT_DHCP6_SERVER 547

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(max_entries, 1); /* user space sets it before load */
} xsks_map SEC(".maps");

const volatile __u32 afx_keep = AFX_BPF_KEEP_NONE;

/* A section, and so a map, of its own: user space creates it for keep=PORT-LIST only. */
SEC(".data.ports") __u64 afx_keep_ports[AFX_KEEP_WORDS] = {};

struct cursor {
	void *pos;
	void *end;
};

struct vlan_tag {
	__be16 tci;
	__be16 proto;
};

/* The first 8 bytes of any IPv6 extension header; len's unit depends on the type. */
struct ext_hdr {
	__u8 next;
	__u8 len;
	__be16 frag_off; /* fragment header only */
	__u8 rest[4];
};

struct l4_ports {
	__be16 src;
	__be16 dst;
};

/*
 * Whether the packet has len more bytes. Apart from take: of one function that
 * returns NULL for "no", clang makes a second comparison, of the pointer with 0.
 */
static __always_inline bool
has(const struct cursor *cur, __u32 len)
{
	return cur->pos + len <= cur->end;
}

/* The header at the cursor, which moves behind it. */
static __always_inline const void *
take(struct cursor *cur, __u32 len)
{
	const void *hdr = cur->pos;

	cur->pos += len;
	return hdr;
}

static __always_inline bool
mgmt_has(__u8 proto, const struct l4_ports *ports, bool ipv6)
{
	__u16 src = bpf_ntohs(ports->src);
	__u16 dst = bpf_ntohs(ports->dst);

	if (proto == IPPROTO_TCP)
		return src == PORT_SSH || dst == PORT_SSH;
	if (ipv6)
		return dst == PORT_DHCP6_CLIENT || dst == PORT_DHCP6_SERVER;
	return dst == PORT_DHCP_CLIENT || dst == PORT_DHCP_SERVER;
}

static __always_inline bool
port_list_has(const struct l4_ports *ports)
{
	__u16 dst = bpf_ntohs(ports->dst);

	return (afx_keep_ports[dst / AFX_KEEP_WORD_BITS] >> (dst % AFX_KEEP_WORD_BITS)) & 1;
}

static __always_inline bool
keep_l4(struct cursor *cur, __u8 proto, bool ipv6)
{
	const struct l4_ports *ports;

	if (proto != IPPROTO_TCP && proto != IPPROTO_UDP)
		return false;
	if (!has(cur, sizeof(*ports)))
		return false;
	ports = take(cur, sizeof(*ports));
	if (afx_keep == AFX_BPF_KEEP_PORTS)
		return port_list_has(ports);
	return mgmt_has(proto, ports, ipv6);
}

static __always_inline bool
keep_ipv4(struct cursor *cur)
{
	const struct iphdr *ip;
	__u32 len;

	if (!has(cur, sizeof(*ip)))
		return false;
	ip = take(cur, sizeof(*ip));
	len = ip->ihl * 4;
	if (len < sizeof(*ip))
		return false;
	if (ip->frag_off & bpf_htons(IPV4_OFFSET_MASK))
		return ip->protocol == IPPROTO_TCP || ip->protocol == IPPROTO_UDP;
	cur->pos += len - sizeof(*ip);
	return keep_l4(cur, ip->protocol, false);
}

static __always_inline __u32
ext_len(__u8 type, const struct ext_hdr *ext)
{
	if (type == IPPROTO_FRAGMENT)
		return sizeof(*ext);
	if (type == IPPROTO_AH)
		return (ext->len + 2) * 4;
	return (ext->len + 1) * 8;
}

static __always_inline bool
is_ext_hdr(__u8 type)
{
	return type == IPPROTO_HOPOPTS || type == IPPROTO_ROUTING || type == IPPROTO_DSTOPTS ||
		type == IPPROTO_MH || type == IPPROTO_FRAGMENT || type == IPPROTO_AH;
}

static __always_inline bool
keep_ipv6(struct cursor *cur)
{
	const struct ipv6hdr *ip;
	const struct ext_hdr *ext;
	__u8 proto;
	int i;

	if (!has(cur, sizeof(*ip)))
		return false;
	ip = take(cur, sizeof(*ip));
	proto = ip->nexthdr;
	for (i = 0; i < EXT_HEADERS_MAX && is_ext_hdr(proto); i++) {
		if (!has(cur, sizeof(*ext)))
			return false;
		ext = take(cur, sizeof(*ext));
		if (proto == IPPROTO_FRAGMENT && (ext->frag_off & bpf_htons(IPV6_OFFSET_MASK)))
			return true;
		cur->pos += ext_len(proto, ext) - sizeof(*ext);
		proto = ext->next;
	}
	if (proto == IPPROTO_ICMPV6)
		return true;
	return keep_l4(cur, proto, true);
}

static __always_inline bool
keep(struct xdp_md *ctx)
{
	struct cursor cur = { (void *)(long)ctx->data, (void *)(long)ctx->data_end };
	const struct ethhdr *eth;
	const struct vlan_tag *tag;
	__be16 proto;
	int i;

	if (!has(&cur, sizeof(*eth)))
		return false;
	eth = take(&cur, sizeof(*eth));
	proto = eth->h_proto;
	for (i = 0; i < VLAN_TAGS_MAX; i++) {
		if (proto != bpf_htons(ETH_P_8021Q) && proto != bpf_htons(ETH_P_8021AD))
			break;
		if (!has(&cur, sizeof(*tag)))
			return false;
		tag = take(&cur, sizeof(*tag));
		proto = tag->proto;
	}
	if (proto == bpf_htons(ETH_P_IP))
		return keep_ipv4(&cur);
	if (proto == bpf_htons(ETH_P_IPV6))
		return keep_ipv6(&cur);
	return proto == bpf_htons(ETH_P_ARP);
}

SEC("xdp")
int
afx_redirect(struct xdp_md *ctx)
{
	if (afx_keep != AFX_BPF_KEEP_NONE && keep(ctx))
		return XDP_PASS;
	return bpf_redirect_map(&xsks_map, ctx->rx_queue_index, XDP_PASS);
}

char _license[] SEC("license") = "Dual BSD/GPL";
