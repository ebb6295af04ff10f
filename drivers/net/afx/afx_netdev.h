/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What the kernel knows of an interface: ioctl, ethtool, sysfs and procfs in
 * afx_netdev.c; its link in afx_netdev_link.c, hardware in afx_netdev_ethtool.c, its
 * counters in afx_netdev_counters.c, packet sockets in
 * afx_netdev_packet.c; links and routes in afx_netlink.c, driver and queues in afx_netlink_genl.c, sockets in afx_netlink_diag.c. No packets. All
 * functions: control thread, act in the calling thread's network namespace,
 * return 0 or -errno, log nothing, keep nothing open but the *fd of promisc
 * and allmulti. A netlink answer that does not come within 1 s is -ETIMEDOUT.
 */
#ifndef AFX_NETDEV_H
#define AFX_NETDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ethtool's drvinfo.driver */
#define AFX_NETDEV_DRIVER_LEN 32
#define AFX_NETDEV_MAC_LEN 6
/* "ethtool -L", an interface name, two kinds of channels and their numbers */
#define AFX_NETDEV_COMMAND_LEN 64
/* TASK_COMM_LEN: /proc/PID/comm, NUL for its newline */
#define AFX_NETDEV_COMM_LEN 16

struct afx_netdev_info {
	unsigned int ifindex;
	bool up; /* IFF_UP: administratively */
	bool loopback; /* IFF_LOOPBACK */
	bool ethernet; /* ARPHRD_ETHER; not so loopback, tun, tunnels: refused at probe */
	uint8_t mac[AFX_NETDEV_MAC_LEN]; /* zero if not Ethernet */
	uint32_t mtu;
	uint32_t min_mtu; /* IFLA_MIN_MTU, 68 where the kernel does not say */
	uint32_t max_mtu; /* IFLA_MAX_MTU, 0 where the kernel does not say */
	uint32_t rx_queues; /* usable: combined + rx channels; see below */
	uint32_t tx_queues; /* usable: combined + tx channels; see below */
	bool rx_tx_channels; /* channels are Rx and Tx, not combined (veth) */
	int numa_node; /* -1 if none, or if sysfs shows another namespace */
	char driver[AFX_NETDEV_DRIVER_LEN]; /* "" if unknown */
};

/*
 * Fill *info; untouched on failure. -ENODEV if there is no such interface. Drivers without channels
 * (tap, bridge): the queues that sysfs lists, where /sys shows this namespace;
 * else those allocated, which can be more than are usable (a multi-queue tap: 256).
 */
int afx_netdev_info_get(const char *iface, struct afx_netdev_info *info);

/*
 * Whether /sys/class/net shows the very interface that info is of; it shows
 * the network namespace in which it was mounted.
 */
bool afx_netdev_in_sysfs(const char *iface, const struct afx_netdev_info *info);

/* The command that gives the interface n queues, for error texts. */
void afx_netdev_channels_command(const char *iface, const struct afx_netdev_info *info, uint32_t n,
				 char *text, size_t len);

struct afx_netdev_link {
	bool up; /* carrier and operationally up (IFF_RUNNING); the kernel may lag by up to 1 s */
	bool full_duplex; /* true unless known to be half */
	bool autoneg;
	uint32_t speed_mbps; /* UINT32_MAX if unknown (veth reports 10000, virtio often none) */
};

/* Status from IFF_RUNNING, the rest from ETHTOOL_GLINKSETTINGS; unknown where refused. */
int afx_netdev_link_get(const char *iface, struct afx_netdev_link *link);

struct afx_netdev_speed {
	uint32_t mbps;
	bool full_duplex;
};

/*
 * Call each for the speeds of the link modes that the interface supports, one
 * speed perhaps several times, until it returns other than 0, which is then
 * returned. Many virtual interfaces have no link modes (veth), others no
 * ETHTOOL_GLINKSETTINGS: -EOPNOTSUPP.
 */
int afx_netdev_speeds_get(const char *iface,
			  int (*each)(const struct afx_netdev_speed *speed, void *opaque),
			  void *opaque);

/* IFF_UP, nothing else. Does not wait for the carrier. */
int afx_netdev_up_set(const char *iface, bool up);

struct afx_netdev_hardware {
	char firmware[AFX_NETDEV_DRIVER_LEN]; /* version, "" if the driver does not say */
	uint32_t regs_len; /* bytes, 0: none to be read */
	uint32_t eeprom_len; /* the same */
};

/* ETHTOOL_GDRVINFO. As all functions about hardware below, -EOPNOTSUPP where the driver has no such thing. */
int afx_netdev_hardware_get(const char *iface, struct afx_netdev_hardware *hw);

/* All len bytes of the registers, regs_len above. -EIO if the driver has fewer now. */
int afx_netdev_regs_read(const char *iface, uint32_t len, void *data, uint32_t *version);

/* len bytes of the EEPROM from offset. -EIO if the driver has fewer. */
int afx_netdev_eeprom_read(const char *iface, uint32_t offset, uint32_t len, void *data,
			   uint32_t *magic);

/* Plugged transceiver: the type of its EEPROM (ETH_MODULE_SFF_*), and its length; reading, as above. */
int afx_netdev_module_get(const char *iface, uint32_t *type, uint32_t *len);
int afx_netdev_module_read(const char *iface, uint32_t offset, uint32_t len, void *data);

/* ETH_GSTRING_LEN, all of which a name may take, and NUL */
#define AFX_NETDEV_COUNTER_LEN 33

/* What the interface's driver counts (ethtool -S): names and values, in its order. */
struct afx_netdev_counters {
	uint32_t n;
	char (*names)[AFX_NETDEV_COUNTER_LEN];
	uint64_t *values;
};

/*
 * Fill *c, to be freed by the caller, also on failure, when it is empty: -EOPNOTSUPP
 * if the driver counts nothing, -EAGAIN if their number changes all the time. Any thread.
 */
int afx_netdev_counters_get(const char *iface, struct afx_netdev_counters *c);
void afx_netdev_counters_free(struct afx_netdev_counters *c);

/* Flow control by pause frames. */
struct afx_netdev_pause {
	bool autoneg;
	bool rx; /* obey them */
	bool tx; /* send them */
};

static inline bool
afx_netdev_pause_equal(const struct afx_netdev_pause *a, const struct afx_netdev_pause *b)
{
	return a->autoneg == b->autoneg && a->rx == b->rx && a->tx == b->tx;
}

int afx_netdev_pause_get(const char *iface, struct afx_netdev_pause *pause);
int afx_netdev_pause_set(const char *iface, const struct afx_netdev_pause *pause);

/* Forward error correction, in the order of ethdev's modes. */
enum {
	AFX_NETDEV_FEC_OFF = 1 << 0,
	AFX_NETDEV_FEC_AUTO = 1 << 1,
	AFX_NETDEV_FEC_BASER = 1 << 2,
	AFX_NETDEV_FEC_RS = 1 << 3,
	AFX_NETDEV_FEC_LLRS = 1 << 4,
};

struct afx_netdev_fec {
	uint32_t configured;
	uint32_t active; /* 0: the driver does not say, or there is no link */
};

/* -EOPNOTSUPP where the driver has no such thing; what of several modes a driver makes is its own. */
int afx_netdev_fec_get(const char *iface, struct afx_netdev_fec *fec);
int afx_netdev_fec_set(const char *iface, uint32_t modes);

/* Modes among the interface's link modes, AUTO not being one; none: -EOPNOTSUPP. */
int afx_netdev_fec_modes_get(const char *iface, uint32_t *modes);

/*
 * Have the interface's LED blink for that many seconds (ethtool -p): returns
 * after them. For a thread of its own. -EBUSY: it blinks for somebody else.
 */
int afx_netdev_led_blink(const char *iface, uint32_t seconds);

/* SIOCSIFMTU. -EINVAL beyond the interface's limits. */
int afx_netdev_mtu_set(const char *iface, uint32_t mtu);

/* SIOCSIFHWADDR; some drivers refuse it while up: -EBUSY. */
int afx_netdev_mac_set(const char *iface, const uint8_t mac[AFX_NETDEV_MAC_LEN]);

/*
 * Promiscuous and allmulticast are held by a packet socket's membership, which
 * the kernel drops with the socket, so that a killed process leaves neither
 * behind (packet(7), PACKET_ADD_MEMBERSHIP). *fd is -1 or the socket made by
 * an earlier call of either function; it is made here when first needed, close
 * on exec, and never receives. The caller closes it. Any of the four calls may
 * be repeated: the last one holds, and a repeated "on" does not flap the mode.
 */
int afx_netdev_promisc_set(int *fd, unsigned int ifindex, bool on);
int afx_netdev_allmulti_set(int *fd, unsigned int ifindex, bool on);

/*
 * In the same way, one more address to receive, unicast or multicast. Drivers
 * without a unicast filter go promiscuous instead, the kernel's doing.
 */
int afx_netdev_address_set(int *fd, unsigned int ifindex, const uint8_t mac[AFX_NETDEV_MAC_LEN],
			   bool on);

/*
 * The same for n addresses, one behind the other in macs, in place of those
 * that *fd holds, which are left alone on failure. *fd is a socket of its own,
 * -1 while there are none. What is in both lists is received all the while.
 */
int afx_netdev_addresses_set(int *fd, unsigned int ifindex, const uint8_t *macs, unsigned int n);

/* What a driver says of itself; all false where it has no native XDP. */
struct afx_netdev_xdp {
	bool native; /* runs XDP programs */
	bool redirect; /* and redirects, to AF_XDP sockets too */
	bool zerocopy;
};

/*
 * Driver abilities by the netdev generic-netlink family (Linux 6.3 on).
 * -EOPNOTSUPP on kernels without it, *xdp all false on any failure. Some
 * drivers say less while settings of theirs exclude XDP.
 */
int afx_netdev_xdp_get(unsigned int ifindex, struct afx_netdev_xdp *xdp);

/*
 * Of these, zero-copy alone.
 * -EOPNOTSUPP on kernels without it. On any failure *zc is true ("may"), so
 * that a bind decides.
 */
int afx_netdev_zerocopy_get(unsigned int ifindex, bool *zc);

/*
 * NAPI ids of Rx and Tx queue (queue-get, Linux 6.8 on); 0 where the driver
 * does not report one, or the interface has only the other half. -EOPNOTSUPP
 * on kernels without it, -EINVAL if there is neither queue, -ENODEV or -ENOENT
 * if there is no such interface or it is down.
 */
int afx_netdev_napi_get(unsigned int ifindex, uint32_t queue, uint32_t *rx_napi, uint32_t *tx_napi);

/* What happened to an interface since the last look. */
struct afx_netdev_event {
	bool changed; /* any notification came */
	bool gone; /* deleted, or moved to another namespace */
	bool answered; /* an answer to afx_netdev_watch_ask came: xdp_id is of then */
	uint32_t xdp_id; /* attached program, 0: none; UINT32_MAX: in several modes */
};

/*
 * Wait, some milliseconds, until the polls of all interfaces that are under way
 * now have ended, with the frames that they redirect: an RCU grace period. Nothing
 * is waited for if a packet socket can not be opened. Any thread.
 */
void afx_netdev_polls_wait(void);

/*
 * A non-blocking, close-on-exec socket that gets the notifications of links of
 * the calling thread's namespace. Owned by the caller.
 */
int afx_netdev_watch_open(int *fd);

/* Ask for the interface's present state, to be read with the notifications. Any thread. */
int afx_netdev_watch_ask(int fd, unsigned int ifindex);

/*
 * Read all that has come for the interface into *event; no notification for it
 * leaves changed and gone false. -ENOBUFS: notifications were lost, ask anew.
 * Any thread, never waits.
 */
int afx_netdev_watch_read(int fd, unsigned int ifindex, struct afx_netdev_event *event);

/*
 * True if the interface carries a default route, IPv4 or IPv6, of this
 * namespace's main table. -ENODEV if there is no such interface.
 */
int afx_netdev_has_default_route(unsigned int ifindex, bool *has);

/*
 * True if an established TCP session's local address belongs to the interface
 * and its remote one not to this host (sock_diag). -EOPNOTSUPP without INET_DIAG.
 */
int afx_netdev_has_tcp_session(unsigned int ifindex, bool *has);

/* The AF_XDP socket of a queue, as far as the kernel tells. */
struct afx_netdev_xsk {
	bool taken;
	bool listed; /* sockets are (XDP_DIAG): a queue taken without inode is of a closed one */
	uint32_t inode; /* the socket's, 0: not known, or closed already */
};

/*
 * Whether an AF_XDP socket, of any process, this one included, holds the
 * queue; for error texts, and to see a closed socket's queue released.
 * Failure means "cannot tell": -EOPNOTSUPP without XDP_DIAG before Linux 6.16,
 * else as afx_netdev_napi_get; *xsk is valid then too.
 */
int afx_netdev_xsk_get(unsigned int ifindex, uint32_t queue, struct afx_netdev_xsk *xsk);

/*
 * Process that holds socket inode, and its name (at most AFX_NETDEV_COMM_LEN
 * with NUL), by a walk through /proc/PID/fd: best effort, for error texts.
 * -ENOENT if none is found or may be seen, and for inode 0.
 */
int afx_netdev_socket_holder(uint32_t inode, pid_t *pid, char *comm, size_t len);

/* Whether another process of this network namespace is seen to have an AF_XDP socket, of any queue. */
bool afx_netdev_xsk_elsewhere(void);

#endif /* AFX_NETDEV_H */
