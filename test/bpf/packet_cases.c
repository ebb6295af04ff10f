/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>

#include "packet.h"

/* Both ends of the range, both sides of a word of the bitmap. */
const uint16_t packet_listed_ports[] = { 0, 63, 64, 179, 8080, 65535 };

const size_t packet_nb_listed_ports = sizeof(packet_listed_ports) / sizeof(packet_listed_ports[0]);

const struct packet_case packet_cases[] = {
#define CASE(name, mgmt, ports, ...) \
	{                            \
		name, mgmt, ports,   \
		{                    \
			__VA_ARGS__  \
		}                    \
	}
	CASE("arp", true, true, ETH(ETH_P_ARP), FILL(28)),
	CASE("arp, header only", true, true, ETH(ETH_P_ARP)),
	CASE("arp, vlan", true, true, ETH(ETH_P_8021Q), VLAN(ETH_P_ARP), FILL(28)),
	CASE("arp, qinq", true, true, ETH(ETH_P_8021AD), VLAN(ETH_P_8021Q), VLAN(ETH_P_ARP)),
	CASE("arp, two c-tags", true, true, ETH(ETH_P_8021Q), VLAN(ETH_P_8021Q), VLAN(ETH_P_ARP)),
	CASE("arp, three tags", false, false, ETH(ETH_P_8021AD), VLAN(ETH_P_8021Q),
	     VLAN(ETH_P_8021Q), VLAN(ETH_P_ARP), FILL(28)),
	CASE("rarp", false, false, ETH(ETH_P_RARP), FILL(28)),
	CASE("lldp", false, false, ETH(ETH_P_LLDP), FILL(40)),
	CASE("802.3 length", false, false, ETH(64), FILL(64)),
	CASE("icmp", false, false, ETH(ETH_P_IP), IP4(IPPROTO_ICMP), FILL(40)),
	CASE("icmp that looks like ssh", false, false, ETH(ETH_P_IP), IP4(IPPROTO_ICMP),
	     PORTS(22, 179)),
	CASE("igmp", false, false, ETH(ETH_P_IP), IP4(IPPROTO_IGMP), FILL(8)),
	CASE("sctp to 22", false, false, ETH(ETH_P_IP), IP4(IPPROTO_SCTP), PORTS(22, 22)),
	CASE("ssh to us", true, false, ETH(ETH_P_IP), IP4(IPPROTO_TCP), PORTS(40000, 22), FILL(16)),
	CASE("ssh from a server", true, false, ETH(ETH_P_IP), IP4(IPPROTO_TCP), PORTS(22, 40000)),
	CASE("ssh, don't fragment", true, false, ETH(ETH_P_IP),
	     IP4_FRAG(IPPROTO_TCP, IP_DONT_FRAGMENT), PORTS(40000, 22)),
	CASE("ssh, vlan", true, false, ETH(ETH_P_8021Q), VLAN(ETH_P_IP), IP4(IPPROTO_TCP),
	     PORTS(40000, 22)),
	CASE("ssh, qinq", true, false, ETH(ETH_P_8021AD), VLAN(ETH_P_8021Q), VLAN(ETH_P_IP),
	     IP4(IPPROTO_TCP), PORTS(40000, 22)),
	CASE("ssh, options", true, false, ETH(ETH_P_IP), IP4_IHL(IPPROTO_TCP, 6), PORTS(40000, 22)),
	CASE("ssh, 40 bytes of options", true, false, ETH(ETH_P_IP), IP4_IHL(IPPROTO_TCP, 15),
	     PORTS(40000, 22)),
	CASE("ssh, ihl 4", false, false, ETH(ETH_P_IP), IP4_IHL(IPPROTO_TCP, 4), PORTS(22, 22),
	     PORTS(22, 22)),
	CASE("udp to 22", false, false, ETH(ETH_P_IP), IP4(IPPROTO_UDP), PORTS(22, 22)),
	CASE("tcp to 23", false, false, ETH(ETH_P_IP), IP4(IPPROTO_TCP), PORTS(21, 23)),
	CASE("tcp to 22 in the low byte", false, false, ETH(ETH_P_IP), IP4(IPPROTO_TCP),
	     PORTS(0x1600, 0x1600)),
	CASE("dhcp to client", true, false, ETH(ETH_P_IP), IP4(IPPROTO_UDP), PORTS(67, 68)),
	CASE("dhcp to server", true, false, ETH(ETH_P_IP), IP4(IPPROTO_UDP), PORTS(68, 67)),
	CASE("udp from 67", false, false, ETH(ETH_P_IP), IP4(IPPROTO_UDP), PORTS(67, 5000)),
	CASE("udp to 66", false, false, ETH(ETH_P_IP), IP4(IPPROTO_UDP), PORTS(67, 66)),
	CASE("udp to 69", false, false, ETH(ETH_P_IP), IP4(IPPROTO_UDP), PORTS(68, 69)),
	CASE("tcp to 67", false, false, ETH(ETH_P_IP), IP4(IPPROTO_TCP), PORTS(68, 67)),
	CASE("ipv4 udp to 546", false, false, ETH(ETH_P_IP), IP4(IPPROTO_UDP), PORTS(547, 546)),
	CASE("tcp to 179", false, true, ETH(ETH_P_IP), IP4(IPPROTO_TCP), PORTS(40000, 179)),
	CASE("udp to 179", false, true, ETH(ETH_P_IP), IP4(IPPROTO_UDP), PORTS(40000, 179)),
	CASE("tcp from 179", false, false, ETH(ETH_P_IP), IP4(IPPROTO_TCP), PORTS(179, 40000)),
	CASE("tcp to 178", false, false, ETH(ETH_P_IP), IP4(IPPROTO_TCP), PORTS(179, 178)),
	CASE("tcp to 115: 179 less a word", false, false, ETH(ETH_P_IP), IP4(IPPROTO_TCP),
	     PORTS(1, 115)),
	CASE("tcp to 0", false, true, ETH(ETH_P_IP), IP4(IPPROTO_TCP), PORTS(1, 0)),
	CASE("tcp to 1", false, false, ETH(ETH_P_IP), IP4(IPPROTO_TCP), PORTS(1, 1)),
	CASE("udp to 63", false, true, ETH(ETH_P_IP), IP4(IPPROTO_UDP), PORTS(1, 63)),
	CASE("udp to 64", false, true, ETH(ETH_P_IP), IP4(IPPROTO_UDP), PORTS(1, 64)),
	CASE("udp to 65", false, false, ETH(ETH_P_IP), IP4(IPPROTO_UDP), PORTS(1, 65)),
	CASE("udp to 65534", false, false, ETH(ETH_P_IP), IP4(IPPROTO_UDP), PORTS(1, 65534)),
	CASE("udp to 65535", false, true, ETH(ETH_P_IP), IP4(IPPROTO_UDP), PORTS(1, 65535)),
	CASE("tcp to 8080, qinq, options", false, true, ETH(ETH_P_8021AD), VLAN(ETH_P_8021Q),
	     VLAN(ETH_P_IP), IP4_IHL(IPPROTO_TCP, 9), PORTS(1, 8080), FILL(100)),
	CASE("first fragment, ssh", true, false, ETH(ETH_P_IP),
	     IP4_FRAG(IPPROTO_TCP, IP_MORE_FRAGMENTS), PORTS(40000, 22)),
	CASE("first fragment, udp to 5000", false, false, ETH(ETH_P_IP),
	     IP4_FRAG(IPPROTO_UDP, IP_MORE_FRAGMENTS), PORTS(1, 5000)),
	CASE("middle fragment, udp", true, true, ETH(ETH_P_IP),
	     IP4_FRAG(IPPROTO_UDP, IP_MORE_FRAGMENTS | 185), PORTS(1, 5000)),
	CASE("last fragment, tcp", true, true, ETH(ETH_P_IP), IP4_FRAG(IPPROTO_TCP, 1)),
	CASE("far fragment, tcp", true, true, ETH(ETH_P_IP), IP4_FRAG(IPPROTO_TCP, 0x1000)),
	CASE("last fragment, icmp", false, false, ETH(ETH_P_IP), IP4_FRAG(IPPROTO_ICMP, 185)),
	CASE("nd", true, true, ETH(ETH_P_IPV6), IP6(IPPROTO_ICMPV6), FILL(32)),
	CASE("nd, vlan", true, true, ETH(ETH_P_8021Q), VLAN(ETH_P_IPV6), IP6(IPPROTO_ICMPV6)),
	CASE("icmpv6 under ipv4", false, false, ETH(ETH_P_IP), IP4(IPPROTO_ICMPV6), FILL(32)),
	CASE("mld behind hop-by-hop", true, true, ETH(ETH_P_IPV6), IP6(IPPROTO_HOPOPTS),
	     EXT(IPPROTO_ICMPV6, 0), FILL(24)),
	CASE("ssh over ipv6", true, false, ETH(ETH_P_IPV6), IP6(IPPROTO_TCP), PORTS(40000, 22)),
	CASE("ssh from an ipv6 server", true, false, ETH(ETH_P_IPV6), IP6(IPPROTO_TCP),
	     PORTS(22, 40000)),
	CASE("dhcpv6 to client", true, false, ETH(ETH_P_IPV6), IP6(IPPROTO_UDP), PORTS(547, 546)),
	CASE("dhcpv6 to server", true, false, ETH(ETH_P_IPV6), IP6(IPPROTO_UDP), PORTS(546, 547)),
	CASE("ipv6 udp to 68", false, false, ETH(ETH_P_IPV6), IP6(IPPROTO_UDP), PORTS(67, 68)),
	CASE("ipv6 udp to 548", false, false, ETH(ETH_P_IPV6), IP6(IPPROTO_UDP), PORTS(546, 548)),
	CASE("ipv6 tcp to 179", false, true, ETH(ETH_P_IPV6), IP6(IPPROTO_TCP), PORTS(1, 179)),
	CASE("ipv6 udp to 180", false, false, ETH(ETH_P_IPV6), IP6(IPPROTO_UDP), PORTS(1, 180)),
	CASE("esp", false, false, ETH(ETH_P_IPV6), IP6(IPPROTO_ESP), PORTS(22, 22), FILL(16)),
	CASE("no next header", false, false, ETH(ETH_P_IPV6), IP6(IPPROTO_NONE), PORTS(22, 179)),
	CASE("ssh behind long destination options", true, false, ETH(ETH_P_IPV6),
	     IP6(IPPROTO_DSTOPTS), EXT(IPPROTO_TCP, 40), PORTS(1, 22)),
	CASE("ssh behind routing, mobility", true, false, ETH(ETH_P_IPV6), IP6(IPPROTO_ROUTING),
	     EXT(IPPROTO_MH, 2), EXT(IPPROTO_TCP, 1), PORTS(1, 22)),
	CASE("ssh behind ah", true, false, ETH(ETH_P_IPV6), IP6(IPPROTO_AH), AH(IPPROTO_TCP, 4),
	     PORTS(1, 22)),
	CASE("179 behind the shortest ah", false, true, ETH(ETH_P_IPV6), IP6(IPPROTO_AH),
	     AH(IPPROTO_UDP, 0), PORTS(1, 179)),
	CASE("ssh in an atomic fragment", true, false, ETH(ETH_P_IPV6), IP6(IPPROTO_FRAGMENT),
	     FRAG6(IPPROTO_TCP, 0), PORTS(1, 22)),
	CASE("first ipv6 fragment to 5000", false, false, ETH(ETH_P_IPV6), IP6(IPPROTO_FRAGMENT),
	     FRAG6(IPPROTO_UDP, 1), PORTS(1, 5000)),
	CASE("second ipv6 fragment", true, true, ETH(ETH_P_IPV6), IP6(IPPROTO_FRAGMENT),
	     FRAG6(IPPROTO_UDP, 8), PORTS(1, 5000)),
	CASE("far ipv6 fragment behind hop-by-hop", true, true, ETH(ETH_P_IPV6),
	     IP6(IPPROTO_HOPOPTS), EXT(IPPROTO_FRAGMENT, 1), FRAG6(IPPROTO_DSTOPTS, 0x8000)),
	CASE("ssh behind eight headers", true, false, ETH(ETH_P_IPV6), IP6(IPPROTO_HOPOPTS),
	     EXT(IPPROTO_DSTOPTS, 0), EXT(IPPROTO_ROUTING, 1), EXT(IPPROTO_FRAGMENT, 2),
	     FRAG6(IPPROTO_AH, 0), AH(IPPROTO_DSTOPTS, 5), EXT(IPPROTO_MH, 0),
	     EXT(IPPROTO_DSTOPTS, 0), EXT(IPPROTO_TCP, 0), PORTS(1, 22)),
	CASE("ssh behind nine headers", false, false, ETH(ETH_P_IPV6), IP6(IPPROTO_HOPOPTS),
	     EXT(IPPROTO_DSTOPTS, 0), EXT(IPPROTO_ROUTING, 1), EXT(IPPROTO_FRAGMENT, 2),
	     FRAG6(IPPROTO_AH, 0), AH(IPPROTO_DSTOPTS, 5), EXT(IPPROTO_MH, 0),
	     EXT(IPPROTO_DSTOPTS, 0), EXT(IPPROTO_DSTOPTS, 0), EXT(IPPROTO_TCP, 0), PORTS(1, 22)),
#undef CASE
};

const size_t packet_nb_cases = sizeof(packet_cases) / sizeof(packet_cases[0]);
