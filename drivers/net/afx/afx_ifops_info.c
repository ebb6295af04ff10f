/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What the interface's driver tells of its hardware, and flow control. A driver
 * that has no such thing is no error: -ENOTSUP, not logged.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "afx_caps.h"
#include "afx_ifops.h"
#include "afx_log.h"
#include "afx_restore.h"

int
afx_ifops_answered(const struct afx_dev *priv, const char *what, int ret)
{
	char caps[AFX_CAPS_TEXT_LEN];

	if (ret == 0 || ret == -EOPNOTSUPP)
		return ret;
	afx_caps_explain(ret, AFX_CAPS_SETTING, false, caps, sizeof(caps));
	AFX_LOG(ERR, "%s: ethtool, %s: %s%s", priv->cfg.iface, what, strerror(-ret), caps);
	return ret;
}

int
afx_fw_version_get(struct rte_eth_dev *dev, char *text, size_t size)
{
	const struct afx_dev *priv = dev->data->dev_private;
	struct afx_netdev_hardware hw;
	size_t needed;
	int ret;

	ret = afx_ifops_answered(priv, "firmware version",
				 afx_netdev_hardware_get(priv->cfg.iface, &hw));
	if (ret != 0)
		return ret;
	if (hw.firmware[0] == '\0')
		return -ENOTSUP;
	needed = strlen(hw.firmware) + 1;
	if (size < needed)
		return needed;
	memcpy(text, hw.firmware, needed);
	return 0;
}

static bool
is_within(uint32_t offset, uint32_t length, uint32_t whole)
{
	return offset <= whole && length <= whole - offset;
}

/* The kernel reads them all, always; len of them. */
static int
regs_copy(const struct afx_dev *priv, uint32_t len, struct rte_dev_reg_info *info)
{
	uint8_t *regs = malloc(len);
	int ret;

	if (regs == NULL)
		return -ENOMEM;
	ret = afx_ifops_answered(priv, "registers",
				 afx_netdev_regs_read(priv->cfg.iface, len, regs, &info->version));
	if (ret == 0)
		memcpy(info->data, regs + info->offset, info->length);
	free(regs);
	return ret;
}

int
afx_reg_get(struct rte_eth_dev *dev, struct rte_dev_reg_info *info)
{
	const struct afx_dev *priv = dev->data->dev_private;
	struct afx_netdev_hardware hw;
	int ret;

	ret = afx_ifops_answered(priv, "registers", afx_netdev_hardware_get(priv->cfg.iface, &hw));
	if (ret != 0)
		return ret;
	if (hw.regs_len == 0)
		return -ENOTSUP;
	info->width = 1;
	if (info->data == NULL) {
		info->length = hw.regs_len;
		return 0;
	}
	if (info->length == 0)
		info->length = hw.regs_len;
	if (!is_within(info->offset, info->length, hw.regs_len))
		return -EINVAL;
	return regs_copy(priv, hw.regs_len, info);
}

int
afx_eeprom_length_get(struct rte_eth_dev *dev)
{
	const struct afx_dev *priv = dev->data->dev_private;
	struct afx_netdev_hardware hw;
	int ret;

	ret = afx_ifops_answered(priv, "EEPROM", afx_netdev_hardware_get(priv->cfg.iface, &hw));
	if (ret != 0)
		return ret;
	return hw.eeprom_len != 0 ? (int)hw.eeprom_len : -ENOTSUP;
}

int
afx_eeprom_get(struct rte_eth_dev *dev, struct rte_dev_eeprom_info *info)
{
	const struct afx_dev *priv = dev->data->dev_private;
	const int whole = afx_eeprom_length_get(dev);

	if (whole < 0)
		return whole;
	if (!is_within(info->offset, info->length, whole))
		return -EINVAL;
	return afx_ifops_answered(priv, "EEPROM",
				  afx_netdev_eeprom_read(priv->cfg.iface, info->offset,
							 info->length, info->data, &info->magic));
}

/* ethdev's types of modules are ethtool's. */
int
afx_module_info_get(struct rte_eth_dev *dev, struct rte_eth_dev_module_info *info)
{
	const struct afx_dev *priv = dev->data->dev_private;

	/* Drivers have many errors for a cage without a transceiver; all mean that there is none. */
	if (afx_netdev_module_get(priv->cfg.iface, &info->type, &info->eeprom_len) != 0)
		return -ENOTSUP;
	return 0;
}

int
afx_module_eeprom_get(struct rte_eth_dev *dev, struct rte_dev_eeprom_info *info)
{
	const struct afx_dev *priv = dev->data->dev_private;
	struct rte_eth_dev_module_info module;
	int ret;

	ret = afx_module_info_get(dev, &module);
	if (ret != 0)
		return ret;
	if (!is_within(info->offset, info->length, module.eeprom_len))
		return -EINVAL;
	return afx_ifops_answered(priv, "module EEPROM",
				  afx_netdev_module_read(priv->cfg.iface, info->offset,
							 info->length, info->data));
}

int
afx_flow_ctrl_get(struct rte_eth_dev *dev, struct rte_eth_fc_conf *conf)
{
	const struct afx_dev *priv = dev->data->dev_private;
	struct afx_netdev_pause pause;
	int ret;

	ret = afx_ifops_answered(priv, "flow control",
				 afx_netdev_pause_get(priv->cfg.iface, &pause));
	if (ret != 0)
		return ret;
	memset(conf, 0, sizeof(*conf));
	conf->autoneg = pause.autoneg;
	if (pause.rx)
		conf->mode = pause.tx ? RTE_ETH_FC_FULL : RTE_ETH_FC_RX_PAUSE;
	else
		conf->mode = pause.tx ? RTE_ETH_FC_TX_PAUSE : RTE_ETH_FC_NONE;
	return 0;
}

int
afx_flow_ctrl_set(struct rte_eth_dev *dev, struct rte_eth_fc_conf *conf)
{
	const struct afx_netdev_pause wanted = {
		.autoneg = conf->autoneg != 0,
		.rx = conf->mode == RTE_ETH_FC_FULL || conf->mode == RTE_ETH_FC_RX_PAUSE,
		.tx = conf->mode == RTE_ETH_FC_FULL || conf->mode == RTE_ETH_FC_TX_PAUSE,
	};
	struct afx_dev *priv = dev->data->dev_private;
	struct afx_netdev_pause now;
	int ret;

	ret = afx_netdev_info_get(priv->cfg.iface, &priv->info);
	if (ret == 0)
		ret = afx_netdev_pause_get(priv->cfg.iface, &now);
	if (ret != 0)
		return afx_ifops_answered(priv, "flow control", ret);
	if (conf->high_water != 0 || conf->low_water != 0 || conf->pause_time != 0 ||
	    conf->send_xon != 0 || conf->mac_ctrl_frame_fwd != 0) {
		AFX_LOG(ERR,
			"%s: flow control: ethtool has mode and autoneg only; leave thresholds, "
			"pause time, XON and forwarding at 0",
			priv->cfg.iface);
		return -ENOTSUP;
	}
	/* With autonegotiation, that is what came of it, which is as wanted. */
	if (afx_netdev_pause_equal(&now, &wanted))
		return 0;
	return afx_ifops_answered(priv, "flow control",
				  afx_restore_pause_change(priv, &now, &wanted));
}
