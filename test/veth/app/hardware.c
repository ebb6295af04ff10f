/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What ethtool has of the interface's hardware, through ethdev, and flow control.
 * Arguments: mode and autoneg, for flow control; send_xon, which ethtool has not;
 * fec, the modes to set; led: switch it on, and off behind a checkpoint.
 */
#include <errno.h>
#include <string.h>

#include <rte_dev_info.h>

#include "app.h"

/* Longer than anything that a test's NIC has: igb's EEPROM is the longest. */
#define DATA_LEN 65536

/* Those that have FEC. */
#define SPEEDS_MAX 8

static uint8_t data[DATA_LEN];

/* Of the bytes, in order. */
static int64_t
sum(uint32_t n)
{
	int64_t total = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		total = total * 31 + data[i];
	return total & INT32_MAX;
}

static void
firmware_say(uint16_t id)
{
	char text[64] = "";

	app_say("fw_size", rte_eth_dev_fw_version_get(id, text, 2));
	app_say("fw", rte_eth_dev_fw_version_get(id, text, sizeof(text)));
	app_say_str("fw_text", text);
}

static void
regs_say(uint16_t id)
{
	struct rte_dev_reg_info info = { 0 };

	app_say("regs", rte_eth_dev_get_reg_info(id, &info));
	app_say("regs_len", info.length * info.width);
	info.data = data;
	app_say("regs_read", rte_eth_dev_get_reg_info(id, &info));
	app_say("regs_version", info.version);
	app_say("regs_sum", sum(info.length));
	info.offset = info.length / 2;
	app_say("regs_beyond", rte_eth_dev_get_reg_info(id, &info));
	info.length -= info.offset;
	app_say("regs_part", rte_eth_dev_get_reg_info(id, &info));
	app_say("regs_part_sum", sum(info.length));
}

static void
eeprom_say(uint16_t id)
{
	const int whole = rte_eth_dev_get_eeprom_length(id);
	struct rte_dev_eeprom_info info = { .data = data, .length = whole > 0 ? whole : 1 };

	app_say("eeprom_len", whole);
	app_say("eeprom", rte_eth_dev_get_eeprom(id, &info));
	app_say("eeprom_magic", info.magic);
	app_say("eeprom_sum", sum(info.length));
	info.offset = 1;
	app_say("eeprom_beyond", rte_eth_dev_get_eeprom(id, &info));
	info.length -= info.offset;
	app_say("eeprom_part", rte_eth_dev_get_eeprom(id, &info));
	app_say("eeprom_part_sum", sum(info.length));
}

static void
module_say(uint16_t id)
{
	struct rte_eth_dev_module_info module = { 0 };
	struct rte_dev_eeprom_info info = { .data = data };

	app_say("module", rte_eth_dev_get_module_info(id, &module));
	app_say("module_type", module.type);
	app_say("module_len", module.eeprom_len);
	info.length = module.eeprom_len != 0 ? module.eeprom_len : 1;
	app_say("module_read", rte_eth_dev_get_module_eeprom(id, &info));
	app_say("module_sum", sum(info.length));
	info.offset = UINT32_MAX;
	app_say("module_beyond", rte_eth_dev_get_module_eeprom(id, &info));
}

static void
flow_ctrl_say(uint16_t id)
{
	struct rte_eth_fc_conf conf = { 0 };

	app_say("pause_get", rte_eth_dev_flow_ctrl_get(id, &conf));
	app_say("pause_mode", conf.mode);
	app_say("pause_autoneg", conf.autoneg);
	conf.mode = app_arg("mode", conf.mode);
	conf.autoneg = app_arg("autoneg", conf.autoneg);
	conf.send_xon = app_arg("send_xon", 0);
	app_say("pause_set", rte_eth_dev_flow_ctrl_set(id, &conf));
}

static void
fec_say(uint16_t id)
{
	struct rte_eth_fec_capa capa[SPEEDS_MAX] = { 0 };
	const int n = rte_eth_fec_get_capability(id, NULL, 0);
	uint32_t modes = 0;
	int i;

	app_say("fec_n", n);
	app_say("fec_one", rte_eth_fec_get_capability(id, capa, 1));
	app_say("fec_speed_next", capa[1].speed);
	app_say("fec_all", rte_eth_fec_get_capability(id, capa, SPEEDS_MAX));
	for (i = 0; i < n; i++)
		app_say_of("fec_of_", capa[i].speed, capa[i].capa);
	app_say("fec_get", rte_eth_fec_get(id, &modes));
	app_say("fec_modes", modes);
	if (app_arg("fec", 0) != 0)
		app_say("fec_set", rte_eth_fec_set(id, app_arg("fec", 0)));
}

static void
led_say(uint16_t id)
{
	app_say("led_on", rte_eth_led_on(id));
	app_say("led_on_again", rte_eth_led_on(id));
	app_checkpoint("blinks");
	app_say("led_off", rte_eth_led_off(id));
	app_say("led_off_again", rte_eth_led_off(id));
	app_checkpoint("dark");
	app_say("led_anew", rte_eth_led_on(id));
}

static void
speeds_say(uint16_t id)
{
	struct rte_eth_dev_info info = { 0 };

	app_say("info", rte_eth_dev_info_get(id, &info));
	app_say("speeds", info.speed_capa);
}

int
app_hardware(void)
{
	speeds_say(0);
	firmware_say(0);
	regs_say(0);
	eeprom_say(0);
	module_say(0);
	flow_ctrl_say(0);
	fec_say(0);
	if (app_arg("led", 0) != 0)
		led_say(0);
	app_checkpoint("told");
	return rte_eth_dev_close(0);
}
