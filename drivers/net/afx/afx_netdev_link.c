/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The link of an interface: its state, and what it can be.
 */
#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>

#include "afx_netdev.h"
#include "afx_netdev_priv.h"

/* Link mode words that ETHTOOL_GLINKSETTINGS can ask for (an s8), in each of its three bitmaps. */
#define LINK_MODE_WORDS_MAX (3 * INT8_MAX)
#define WORD_BITS 32

#define MODE(name) ETHTOOL_LINK_MODE_##name##_BIT
#define MODES(first, last) MODE(first), MODE(last)

union link_room {
	struct ethtool_link_settings settings;
	char room[sizeof(struct ethtool_link_settings) + LINK_MODE_WORDS_MAX * sizeof(uint32_t)];
};

/* Bits of the link modes, first to last, that are one speed on different media. */
static const struct {
	unsigned int first;
	unsigned int last;
	struct afx_netdev_speed speed;
} modes[] = {
	{ MODES(10baseT_Half, 10baseT_Half), { 10, false } },
	{ MODES(10baseT_Full, 10baseT_Full), { 10, true } },
	{ MODES(100baseT_Half, 100baseT_Half), { 100, false } },
	{ MODES(100baseT_Full, 100baseT_Full), { 100, true } },
	{ MODES(1000baseT_Half, 1000baseT_Half), { 1000, false } },
	{ MODES(1000baseT_Full, 1000baseT_Full), { 1000, true } },
	{ MODES(10000baseT_Full, 10000baseT_Full), { 10000, true } },
	{ MODES(2500baseX_Full, 2500baseX_Full), { 2500, true } },
	{ MODES(1000baseKX_Full, 1000baseKX_Full), { 1000, true } },
	{ MODES(10000baseKX4_Full, 10000baseR_FEC), { 10000, true } },
	{ MODES(20000baseMLD2_Full, 20000baseKR2_Full), { 20000, true } },
	{ MODES(40000baseKR4_Full, 40000baseLR4_Full), { 40000, true } },
	{ MODES(56000baseKR4_Full, 56000baseLR4_Full), { 56000, true } },
	{ MODES(25000baseCR_Full, 25000baseSR_Full), { 25000, true } },
	{ MODES(50000baseCR2_Full, 50000baseKR2_Full), { 50000, true } },
	{ MODES(100000baseKR4_Full, 100000baseLR4_ER4_Full), { 100000, true } },
	{ MODES(50000baseSR2_Full, 50000baseSR2_Full), { 50000, true } },
	{ MODES(1000baseX_Full, 1000baseX_Full), { 1000, true } },
	{ MODES(10000baseCR_Full, 10000baseER_Full), { 10000, true } },
	{ MODES(2500baseT_Full, 2500baseT_Full), { 2500, true } },
	{ MODES(5000baseT_Full, 5000baseT_Full), { 5000, true } },
	{ MODES(50000baseKR_Full, 50000baseDR_Full), { 50000, true } },
	{ MODES(100000baseKR2_Full, 100000baseDR2_Full), { 100000, true } },
	{ MODES(200000baseKR4_Full, 200000baseCR4_Full), { 200000, true } },
	{ MODES(100baseT1_Full, 100baseT1_Full), { 100, true } },
	{ MODES(1000baseT1_Full, 1000baseT1_Full), { 1000, true } },
	{ MODES(400000baseKR8_Full, 400000baseCR8_Full), { 400000, true } },
	{ MODES(100000baseKR_Full, 100000baseDR_Full), { 100000, true } },
	{ MODES(200000baseKR2_Full, 200000baseCR2_Full), { 200000, true } },
	{ MODES(400000baseKR4_Full, 400000baseCR4_Full), { 400000, true } },
	{ MODES(100baseFX_Half, 100baseFX_Half), { 100, false } },
	{ MODES(100baseFX_Full, 100baseFX_Full), { 100, true } },
	{ MODES(10baseT1L_Full, 10baseT1L_Full), { 10, true } },
};

/* Two calls: the first is answered with minus the number of mode words that the second has to offer. */
static int
link_settings_get(const char *iface, struct ethtool_link_settings *settings)
{
	int ret;

	settings->cmd = ETHTOOL_GLINKSETTINGS;
	ret = afx_netdev_ethtool(iface, settings);
	if (ret < 0)
		return ret;
	if (settings->link_mode_masks_nwords >= 0)
		return -EPROTO;
	settings->cmd = ETHTOOL_GLINKSETTINGS;
	settings->link_mode_masks_nwords = -settings->link_mode_masks_nwords;
	return afx_netdev_ethtool(iface, settings);
}

int
afx_netdev_link_get(const char *iface, struct afx_netdev_link *link)
{
	union link_room u = { .room = { 0 } };
	struct ifreq ifr = { 0 };
	int ret;

	ret = afx_netdev_ioctl(iface, SIOCGIFFLAGS, &ifr);
	if (ret < 0)
		return ret;
	*link = (struct afx_netdev_link){
		.up = (ifr.ifr_flags & IFF_RUNNING) != 0,
		.full_duplex = true,
		.speed_mbps = UINT32_MAX,
	};
	if (link_settings_get(iface, &u.settings) != 0)
		return 0;
	link->full_duplex = u.settings.duplex != DUPLEX_HALF;
	link->autoneg = u.settings.autoneg == AUTONEG_ENABLE;
	/* Some drivers say 0 while the link is down. */
	if (u.settings.speed != 0)
		link->speed_mbps = u.settings.speed;
	return 0;
}

/* The first of the three bitmaps is what the interface supports. */
static bool
supports_any(const struct ethtool_link_settings *settings, unsigned int first, unsigned int last)
{
	const unsigned int bits = settings->link_mode_masks_nwords * WORD_BITS;
	unsigned int i;

	for (i = first; i <= last && i < bits; i++)
		if ((settings->link_mode_masks[i / WORD_BITS] >> i % WORD_BITS & 1) != 0)
			return true;
	return false;
}

int
afx_netdev_speeds_get(const char *iface,
		      int (*each)(const struct afx_netdev_speed *speed, void *opaque), void *opaque)
{
	union link_room u = { .room = { 0 } };
	size_t i;
	int ret;

	ret = link_settings_get(iface, &u.settings);
	for (i = 0; ret == 0 && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (supports_any(&u.settings, modes[i].first, modes[i].last))
			ret = each(&modes[i].speed, opaque);
	return ret;
}

int
afx_netdev_fec_modes_get(const char *iface, uint32_t *modes)
{
	static const struct {
		unsigned int bit;
		uint32_t mode;
	} fec[] = {
		{ MODE(FEC_NONE), AFX_NETDEV_FEC_OFF },
		{ MODE(FEC_BASER), AFX_NETDEV_FEC_BASER },
		{ MODE(FEC_RS), AFX_NETDEV_FEC_RS },
		{ MODE(FEC_LLRS), AFX_NETDEV_FEC_LLRS },
	};
	union link_room u = { .room = { 0 } };
	size_t i;
	int ret;

	ret = link_settings_get(iface, &u.settings);
	if (ret != 0)
		return ret;
	for (*modes = 0, i = 0; i < sizeof(fec) / sizeof(fec[0]); i++)
		if (supports_any(&u.settings, fec[i].bit, fec[i].bit))
			*modes |= fec[i].mode;
	return *modes == 0 ? -EOPNOTSUPP : 0;
}

int
afx_netdev_up_set(const char *iface, bool up)
{
	struct ifreq ifr = { 0 };
	int ret;

	ret = afx_netdev_ioctl(iface, SIOCGIFFLAGS, &ifr);
	if (ret < 0)
		return ret;
	if (up)
		ifr.ifr_flags |= IFF_UP;
	else
		ifr.ifr_flags &= ~IFF_UP;
	return afx_netdev_ioctl(iface, SIOCSIFFLAGS, &ifr);
}
