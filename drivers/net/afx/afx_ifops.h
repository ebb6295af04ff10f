/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * ethdev callbacks that change or report the interface itself. What they
 * change and the kernel would keep, afx_ifops_restore puts back.
 */
#ifndef AFX_IFOPS_H
#define AFX_IFOPS_H

#include <ethdev_driver.h>

#include "afx.h"

int afx_mtu_set(struct rte_eth_dev *dev, uint16_t mtu);
int afx_mac_addr_set(struct rte_eth_dev *dev, struct rte_ether_addr *addr);
/*
 * One more address, unicast or multicast, by a membership that ends with the
 * process. ethdev keeps the list, and adds its addresses again at each start.
 */
int afx_mac_addr_add(struct rte_eth_dev *dev, struct rte_ether_addr *addr, uint32_t index,
		     uint32_t pool);
void afx_mac_addr_remove(struct rte_eth_dev *dev, uint32_t index);

/* eth_set_mc_addr_list_t: these in place of the last list; -EINVAL, and the last list stays, if one is not multicast. */
int afx_mc_addr_list_set(struct rte_eth_dev *dev, struct rte_ether_addr *addrs, uint32_t n);

/* At start, priv->info as just read: the list for an interface made anew. 0, or -errno, logged. */
int afx_ifops_multicast_start(struct afx_dev *priv);

/* The list is empty again. */
void afx_ifops_multicast_drop(struct afx_dev *priv);

int afx_promiscuous_enable(struct rte_eth_dev *dev);
int afx_promiscuous_disable(struct rte_eth_dev *dev);
int afx_allmulticast_enable(struct rte_eth_dev *dev);
int afx_allmulticast_disable(struct rte_eth_dev *dev);

/* Set the interface's MTU, to be restored at close. 0, or -errno, logged. */
int afx_ifops_mtu_apply(struct afx_dev *priv, uint32_t mtu);

/* eth_link_update_t. Never waits: the kernel is asked, not the medium. Down while the port is stopped. */
int afx_link_update(struct rte_eth_dev *dev, int wait_to_complete);

/* eth_dev_set_link_up_t and _down_t: IFF_UP of the interface, as it was again after close. 0, or -errno, logged. */
int afx_link_up_set(struct rte_eth_dev *dev);
int afx_link_down_set(struct rte_eth_dev *dev);

/* At start, priv->info as just read: up again, if it was the application that had set it down. 0, or -errno, logged. */
int afx_ifops_link_start(struct rte_eth_dev *dev);

/* Ask for priv->speed_capa: the interface's link modes, else the speed it has now. */
void afx_ifops_speeds_read(struct afx_dev *priv);

/* At configure: 0 if link_speeds leaves the choice to the interface, or is what it has; else -ENOTSUP, logged. */
int afx_ifops_speeds_check(const struct afx_dev *priv, uint32_t link_speeds);

/*
 * What ethtool has of the interface's hardware: -ENOTSUP where its driver has no
 * such thing, other errors logged. Registers are bytes; without data, get_reg
 * tells how many. Flow control is as it was again after close.
 */
int afx_fw_version_get(struct rte_eth_dev *dev, char *text, size_t size);
int afx_reg_get(struct rte_eth_dev *dev, struct rte_dev_reg_info *info);
int afx_eeprom_length_get(struct rte_eth_dev *dev);
int afx_eeprom_get(struct rte_eth_dev *dev, struct rte_dev_eeprom_info *info);
int afx_module_info_get(struct rte_eth_dev *dev, struct rte_eth_dev_module_info *info);
int afx_module_eeprom_get(struct rte_eth_dev *dev, struct rte_dev_eeprom_info *info);
int afx_flow_ctrl_get(struct rte_eth_dev *dev, struct rte_eth_fc_conf *conf);
int afx_flow_ctrl_set(struct rte_eth_dev *dev, struct rte_eth_fc_conf *conf);

/*
 * Forward error correction: for each speed from 10 Gbps on, what of the
 * interface's modes it has; the mode in use, else the one that is set; setting, as it was
 * again after close. -ENOTSUP as above.
 */
int afx_fec_capability_get(struct rte_eth_dev *dev, struct rte_eth_fec_capa *capa, unsigned int n);
int afx_fec_get(struct rte_eth_dev *dev, uint32_t *modes);
int afx_fec_set(struct rte_eth_dev *dev, uint32_t modes);

/* ret, of a question to ethtool; logged, unless it is 0 or -EOPNOTSUPP: the driver has no such thing. */
int afx_ifops_answered(const struct afx_dev *priv, const char *what, int ret);

/*
 * Notes that the port has started or stopped, and looks at the link. From here
 * on afx_link_update, of any thread, tells the interface's state, or down.
 * Control thread, in start and stop.
 */
void afx_ifops_started_set(struct rte_eth_dev *dev, bool started);

/* All that afx_state.h records, as it was before the first change; memberships end. Control thread, at close. */
void afx_ifops_restore(struct afx_dev *priv);

#endif /* AFX_IFOPS_H */
