/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Preloaded: the hardware that a veth has not, by ethtool's ioctl. FAKE_ETHTOOL
 * names a file with its settings, which outlive the process as a NIC's do: flow
 * control, three digits, and, if the NIC has FEC, its modes as '@' and
 * ethtool's bits. FAKE_ETHTOOL_LED names a file that gets a '+' when the LED begins to
 * blink, and a '-' when it ends; without, it is the kernel's. FAKE_ETHTOOL_ERRNO: what reading it fails with.
 * FAKE_ETHTOOL_RSS: see fake_ethtool_rss.c. FAKE_ETHTOOL_FATAL names a file with the number of
 * a request, ethtool's or the kernel's own: it kills the process, undone; with
 * an errno behind it, the request fails with that, after as many that succeed
 * as a third number says.
 * FAKE_ETHTOOL_COUNTERS names a file with counters, "name=value" a line; those
 * that begin with '+' are not there yet when their number is asked for.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>

#include "fake_ethtool.h"

#define REGS_LEN 200
#define REGS_VERSION 7
#define EEPROM_LEN 100
#define EEPROM_MAGIC 0x5afe
#define PAUSE_LEN 3
/* Those of an older kernel: fewer than the driver knows modes. */
#define MODE_WORDS 2

int
refuse(int err)
{
	errno = err;
	return -1;
}

/* A byte that follows from where it is, other ones in each kind of memory. */
static void
bytes_write(uint8_t *to, uint32_t first, uint32_t n, uint32_t kind)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		to[i] = (first + i) * 7 + kind;
}

static int
info_get(struct ethtool_drvinfo *info)
{
	memset(info, 0, sizeof(*info));
	strcpy(info->driver, "fake");
	strcpy(info->fw_version, "1.2-fake");
	info->regdump_len = REGS_LEN;
	info->eedump_len = EEPROM_LEN;
	return 0;
}

static int
regs_get(struct ethtool_regs *regs)
{
	if (regs->len > REGS_LEN)
		regs->len = REGS_LEN;
	regs->version = REGS_VERSION;
	bytes_write(regs->data, 0, regs->len, ETHTOOL_GREGS);
	return 0;
}

static int
eeprom_get(struct ethtool_eeprom *eeprom, uint32_t whole)
{
	if (eeprom->offset + eeprom->len > whole)
		return refuse(EINVAL);
	eeprom->magic = EEPROM_MAGIC;
	bytes_write(eeprom->data, eeprom->offset, eeprom->len, eeprom->cmd);
	return 0;
}

static int
module_get(struct ethtool_modinfo *info)
{
	info->type = ETH_MODULE_SFF_8472;
	info->eeprom_len = ETH_MODULE_SFF_8472_LEN;
	return 0;
}

static int
pause_get(struct ethtool_pauseparam *param)
{
	const char *partner = getenv("FAKE_ETHTOOL_PARTNER");
	char text[PAUSE_LEN];
	int fd = open(getenv("FAKE_ETHTOOL"), O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text)) != sizeof(text))
		return refuse(EIO);
	close(fd);
	param->autoneg = text[0] - '0';
	/* As igb does: with autonegotiation, what came of it. */
	if (param->autoneg && partner != NULL)
		memcpy(text + 1, partner, PAUSE_LEN - 1);
	param->rx_pause = text[1] - '0';
	param->tx_pause = text[2] - '0';
	return 0;
}

static int
pause_set(const struct ethtool_pauseparam *param)
{
	const char text[PAUSE_LEN] = { '0' + param->autoneg, '0' + param->rx_pause,
				       '0' + param->tx_pause };
	int fd = open(getenv("FAKE_ETHTOOL"), O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, sizeof(text)) != sizeof(text))
		return refuse(EIO);
	close(fd);
	return 0;
}

static int
fec_get(struct ethtool_fecparam *param)
{
	int fd = open(getenv("FAKE_ETHTOOL"), O_RDONLY | O_CLOEXEC);
	char mode;
	ssize_t n = pread(fd, &mode, 1, PAUSE_LEN);

	close(fd);
	if (n != 1)
		return refuse(EOPNOTSUPP);
	param->fec = mode - '@';
	/* Once there is a link, it has made up its mind. */
	param->active_fec = param->fec == ETHTOOL_FEC_AUTO ? ETHTOOL_FEC_RS : param->fec;
	return 0;
}

static int
fec_set(const struct ethtool_fecparam *param)
{
	const char mode = '@' + param->fec;
	int fd;

	if (param->fec == ETHTOOL_FEC_BASER)
		return refuse(EINVAL);
	fd = open(getenv("FAKE_ETHTOOL"), O_WRONLY | O_CLOEXEC);
	if (fd < 0 || pwrite(fd, &mode, 1, PAUSE_LEN) != 1)
		return refuse(EIO);
	close(fd);
	return 0;
}

static int
led_blink(const struct ethtool_value *value)
{
	const char *path = getenv("FAKE_ETHTOOL_LED");
	int fd = path != NULL ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;

	if (path == NULL)
		return 1;
	if (fd < 0)
		return refuse(EBUSY);
	if (write(fd, "+", 1) == 1)
		sleep(value->data);
	if (write(fd, "-", 1) != 1)
		return refuse(EIO);
	close(fd);
	return 0;
}

/* Supported are modes at both ends of words and ranges, and what is no speed; advertised are all. */
static int
link_get(struct ethtool_link_settings *link)
{
	static const unsigned int supported[] = {
		ETHTOOL_LINK_MODE_10baseT_Half_BIT,   ETHTOOL_LINK_MODE_100baseT_Full_BIT,
		ETHTOOL_LINK_MODE_1000baseT_Full_BIT, ETHTOOL_LINK_MODE_Autoneg_BIT,
		ETHTOOL_LINK_MODE_Pause_BIT,          ETHTOOL_LINK_MODE_25000baseCR_Full_BIT,
		ETHTOOL_LINK_MODE_5000baseT_Full_BIT, ETHTOOL_LINK_MODE_100000baseDR2_Full_BIT,
		ETHTOOL_LINK_MODE_FEC_NONE_BIT,       ETHTOOL_LINK_MODE_FEC_RS_BIT,
	};
	size_t i;

	if (link->link_mode_masks_nwords != MODE_WORDS) {
		memset(link, 0, sizeof(*link));
		link->link_mode_masks_nwords = -MODE_WORDS;
		return 0;
	}
	link->speed = SPEED_1000;
	link->duplex = DUPLEX_FULL;
	link->autoneg = AUTONEG_ENABLE;
	memset(link->link_mode_masks, 0, 3 * MODE_WORDS * sizeof(uint32_t));
	for (i = 0; i < sizeof(supported) / sizeof(supported[0]); i++)
		link->link_mode_masks[supported[i] / 32] |= 1U << supported[i] % 32;
	memset(&link->link_mode_masks[MODE_WORDS], 0xff, MODE_WORDS * sizeof(uint32_t));
	return 0;
}

/* As the kernel does: memory that is not there is an error. */
static int
user_write(void *to, const void *from, size_t n)
{
	const struct iovec source = { .iov_base = (void *)from, .iov_len = n };
	const struct iovec target = { .iov_base = to, .iov_len = n };

	if (process_vm_writev(getpid(), &source, 1, &target, 1, 0) != (ssize_t)n)
		return refuse(EFAULT);
	return 0;
}

/* Of the counters: how many, and where they go to. */
struct counters {
	uint32_t n;
	uint8_t *names; /* or NULL */
	uint8_t *values; /* or NULL */
};

static int
counters_read(struct counters *c, bool all)
{
	FILE *file = fopen(getenv("FAKE_ETHTOOL_COUNTERS"), "re");
	char line[128], name[ETH_GSTRING_LEN];
	uint64_t value;
	int ret = 0;

	if (file == NULL)
		return refuse(EIO);
	for (c->n = 0; ret == 0 && fgets(line, sizeof(line), file) != NULL;) {
		char *equals = strrchr(line, '=');

		if (line[0] == '+' && !all)
			continue;
		value = strtoull(equals + 1, NULL, 0);
		*equals = '\0';
		memset(name, 0, sizeof(name));
		memcpy(name, line, strnlen(line, sizeof(name)));
		if (c->names != NULL)
			ret = user_write(c->names + c->n * sizeof(name), name, sizeof(name));
		if (c->values != NULL)
			ret = user_write(c->values + c->n * sizeof(value), &value, sizeof(value));
		c->n++;
	}
	fclose(file);
	return ret;
}

static int
counters_count(struct ethtool_sset_info *info)
{
	struct counters c = { 0 };
	int ret = counters_read(&c, false);

	info->data[0] = c.n;
	return ret;
}

static int
counters_names(struct ethtool_gstrings *strings)
{
	struct counters c = { .names = strings->data };
	int ret = counters_read(&c, true);

	strings->len = c.n;
	return ret;
}

static int
counters_values(struct ethtool_stats *stats)
{
	struct counters c = { .values = (uint8_t *)stats->data };
	int ret = counters_read(&c, true);

	stats->n_stats = c.n;
	return ret;
}

static int
counters_answer(void *request)
{
	if (getenv("FAKE_ETHTOOL_COUNTERS") == NULL)
		return 1;
	switch (*(const uint32_t *)request) {
	case ETHTOOL_GSSET_INFO:
		return counters_count(request);
	case ETHTOOL_GSTRINGS:
		return counters_names(request);
	case ETHTOOL_GSTATS:
		return counters_values(request);
	}
	return 1;
}

/* 1: not ours, the kernel's. */
static int
answer(void *request)
{
	const uint32_t cmd = *(const uint32_t *)request;
	const char *err = getenv("FAKE_ETHTOOL_ERRNO");

	if (err != NULL && (cmd == ETHTOOL_GREGS || cmd == ETHTOOL_GEEPROM))
		return refuse(atoi(err));
	switch (cmd) {
	case ETHTOOL_GDRVINFO:
		return info_get(request);
	case ETHTOOL_GREGS:
		return regs_get(request);
	case ETHTOOL_GEEPROM:
		return eeprom_get(request, EEPROM_LEN);
	case ETHTOOL_GMODULEINFO:
		return module_get(request);
	case ETHTOOL_GMODULEEEPROM:
		return eeprom_get(request, ETH_MODULE_SFF_8472_LEN);
	case ETHTOOL_GPAUSEPARAM:
		return pause_get(request);
	case ETHTOOL_GLINKSETTINGS:
		return link_get(request);
	case ETHTOOL_SPAUSEPARAM:
		return pause_set(request);
	case ETHTOOL_GFECPARAM:
		return fec_get(request);
	case ETHTOOL_SFECPARAM:
		return fec_set(request);
	case ETHTOOL_PHYS_ID:
		return led_blink(request);
	case ETHTOOL_GRSSH:
	case ETHTOOL_SRSSH:
	case ETHTOOL_GRXFH:
	case ETHTOOL_SRXFH:
	case ETHTOOL_GRXRINGS:
		return rss_answer(request);
	}
	return counters_answer(request);
}

/* Kills in the midst of a change: it was noted, and is not there. An errno, or 0. */
static int
fault(unsigned long request)
{
	const char *path = getenv("FAKE_ETHTOOL_FATAL");
	FILE *file = path != NULL ? fopen(path, "re") : NULL;
	static unsigned int passed;
	unsigned int before = 0;
	unsigned long fatal;
	int err = 0;
	int n;

	if (file == NULL)
		return 0;
	n = fscanf(file, "%lu %d %u", &fatal, &err, &before);
	fclose(file);
	if (n < 1 || fatal != request)
		return 0;
	if (n == 1)
		raise(SIGKILL);
	return passed++ < before ? 0 : err;
}

int
ioctl(int fd, unsigned long request, ...)
{
	int (*real)(int, unsigned long, void *) = dlsym(RTLD_NEXT, "ioctl");
	va_list args;
	void *arg;
	int ret = 1;
	int err;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	err = fault(request == SIOCETHTOOL ? *(uint32_t *)((struct ifreq *)arg)->ifr_data
					   : request);
	if (err != 0)
		return refuse(err);
	if (request == SIOCETHTOOL)
		ret = answer(((struct ifreq *)arg)->ifr_data);
	return ret != 1 ? ret : real(fd, request, arg);
}
