/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What an interface's driver tells of its hardware through ethtool.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ethtool.h>

#include "afx_netdev.h"
#include "afx_netdev_priv.h"

int
afx_netdev_hardware_get(const char *iface, struct afx_netdev_hardware *hw)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	int ret;

	ret = afx_netdev_ethtool(iface, &info);
	if (ret != 0)
		return ret;
	*hw = (struct afx_netdev_hardware){
		.regs_len = info.regdump_len,
		.eeprom_len = info.eedump_len,
	};
	memcpy(hw->firmware, info.fw_version, sizeof(hw->firmware) - 1);
	return 0;
}

int
afx_netdev_regs_read(const char *iface, uint32_t len, void *data, uint32_t *version)
{
	struct ethtool_regs *regs = calloc(1, sizeof(*regs) + len);
	int ret;

	if (regs == NULL)
		return -ENOMEM;
	regs->cmd = ETHTOOL_GREGS;
	regs->len = len;
	ret = afx_netdev_ethtool(iface, regs);
	/* The driver has the last word on its length. */
	if (ret == 0 && regs->len < len)
		ret = -EIO;
	if (ret == 0) {
		memcpy(data, regs->data, len);
		*version = regs->version;
	}
	free(regs);
	return ret;
}

static int
eeprom_read(const char *iface, uint32_t cmd, uint32_t offset, uint32_t len, void *data,
	    uint32_t *magic)
{
	struct ethtool_eeprom *eeprom = calloc(1, sizeof(*eeprom) + len);
	int ret;

	if (eeprom == NULL)
		return -ENOMEM;
	eeprom->cmd = cmd;
	eeprom->offset = offset;
	eeprom->len = len;
	ret = afx_netdev_ethtool(iface, eeprom);
	if (ret == 0 && eeprom->len < len)
		ret = -EIO;
	if (ret == 0) {
		memcpy(data, eeprom->data, len);
		*magic = eeprom->magic;
	}
	free(eeprom);
	return ret;
}

int
afx_netdev_eeprom_read(const char *iface, uint32_t offset, uint32_t len, void *data,
		       uint32_t *magic)
{
	return eeprom_read(iface, ETHTOOL_GEEPROM, offset, len, data, magic);
}

int
afx_netdev_module_get(const char *iface, uint32_t *type, uint32_t *len)
{
	struct ethtool_modinfo info = { .cmd = ETHTOOL_GMODULEINFO };
	int ret;

	ret = afx_netdev_ethtool(iface, &info);
	if (ret != 0)
		return ret;
	*type = info.type;
	*len = info.eeprom_len;
	return 0;
}

int
afx_netdev_module_read(const char *iface, uint32_t offset, uint32_t len, void *data)
{
	uint32_t magic;

	return eeprom_read(iface, ETHTOOL_GMODULEEEPROM, offset, len, data, &magic);
}

int
afx_netdev_pause_get(const char *iface, struct afx_netdev_pause *pause)
{
	struct ethtool_pauseparam param = { .cmd = ETHTOOL_GPAUSEPARAM };
	int ret;

	ret = afx_netdev_ethtool(iface, &param);
	if (ret != 0)
		return ret;
	pause->autoneg = param.autoneg != 0;
	pause->rx = param.rx_pause != 0;
	pause->tx = param.tx_pause != 0;
	return 0;
}

int
afx_netdev_pause_set(const char *iface, const struct afx_netdev_pause *pause)
{
	struct ethtool_pauseparam param = {
		.cmd = ETHTOOL_SPAUSEPARAM,
		.autoneg = pause->autoneg,
		.rx_pause = pause->rx,
		.tx_pause = pause->tx,
	};

	return afx_netdev_ethtool(iface, &param);
}

static const struct {
	uint32_t ethtool;
	uint32_t mode;
} fec_modes[] = {
	{ ETHTOOL_FEC_OFF, AFX_NETDEV_FEC_OFF },     { ETHTOOL_FEC_AUTO, AFX_NETDEV_FEC_AUTO },
	{ ETHTOOL_FEC_BASER, AFX_NETDEV_FEC_BASER }, { ETHTOOL_FEC_RS, AFX_NETDEV_FEC_RS },
	{ ETHTOOL_FEC_LLRS, AFX_NETDEV_FEC_LLRS },
};

static uint32_t
fec_from(uint32_t ethtool)
{
	uint32_t modes = 0;
	size_t i;

	for (i = 0; i < sizeof(fec_modes) / sizeof(fec_modes[0]); i++)
		if (ethtool & fec_modes[i].ethtool)
			modes |= fec_modes[i].mode;
	return modes;
}

int
afx_netdev_fec_get(const char *iface, struct afx_netdev_fec *fec)
{
	struct ethtool_fecparam param = { .cmd = ETHTOOL_GFECPARAM };
	int ret;

	ret = afx_netdev_ethtool(iface, &param);
	if (ret != 0)
		return ret;
	fec->configured = fec_from(param.fec);
	fec->active = fec_from(param.active_fec);
	/* What a driver says instead of refusing. */
	return fec->configured == 0 ? -EOPNOTSUPP : 0;
}

int
afx_netdev_fec_set(const char *iface, uint32_t modes)
{
	struct ethtool_fecparam param = { .cmd = ETHTOOL_SFECPARAM };
	size_t i;

	for (i = 0; i < sizeof(fec_modes) / sizeof(fec_modes[0]); i++)
		if (modes & fec_modes[i].mode)
			param.fec |= fec_modes[i].ethtool;
	return afx_netdev_ethtool(iface, &param);
}

int
afx_netdev_led_blink(const char *iface, uint32_t seconds)
{
	struct ethtool_value value = { .cmd = ETHTOOL_PHYS_ID, .data = seconds };

	return afx_netdev_ethtool(iface, &value);
}
