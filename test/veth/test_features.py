# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""doc/features/afx.ini claims what the driver has, and all of it.

What a row takes is said in DPDK's doc/guides/nics/features.rst.
"""

import pathlib
import re

import pytest

from app.program import ended

INI = pathlib.Path(__file__).resolve().parents[2] / "doc" / "features" / "afx.ini"


def ops(*names):
    return [f"op_{name}" for name in names]


# Row, and all that the program has to say "yes" to, in the order of DPDK's default.ini.
ROWS = {
    "Speed capabilities": ["speed_capa"],
    "Link status": ops("link_update"),
    "Link status event": ["flag_INTR_LSC"],
    "Removal event": ["flag_INTR_RMV"],
    "Rx interrupt": ops("rx_queue_intr_enable", "rx_queue_intr_disable"),
    "Lock-free Tx queue": ["tx_MT_LOCKFREE"],
    "Fast mbuf free": ["tx_MBUF_FAST_FREE"],
    "Free Tx mbuf on demand": ops("tx_done_cleanup"),
    "Queue start/stop": ops("rx_queue_start", "rx_queue_stop", "tx_queue_start", "tx_queue_stop"),
    "Runtime Rx queue setup": ["capa_RUNTIME_RX_QUEUE_SETUP"],
    "Runtime Tx queue setup": ["capa_RUNTIME_TX_QUEUE_SETUP"],
    "Shared Rx queue": ["capa_RXQ_SHARE"],
    "Burst mode info": ops("rx_burst_mode_get", "tx_burst_mode_get"),
    "Power mgmt address monitor": ops("get_monitor_addr"),
    "MTU update": ops("mtu_set"),
    "Buffer split on Rx": ["rx_BUFFER_SPLIT"],
    "Scattered Rx": ["rx_SCATTER"],
    "LRO": ["rx_TCP_LRO"],
    "TSO": ["tx_TCP_TSO"],
    "Promiscuous mode": ops("promiscuous_enable", "promiscuous_disable"),
    "Allmulticast mode": ops("allmulticast_enable", "allmulticast_disable"),
    "Unicast MAC filter": ops("mac_addr_set", "mac_addr_add", "mac_addr_remove"),
    "Multicast MAC filter": ops("set_mc_addr_list"),
    "RSS hash": ["rss_types", "rx_RSS_HASH"],
    "RSS key update": ops("rss_hash_update", "rss_hash_conf_get"),
    "RSS reta update": [*ops("reta_update", "reta_query"), "reta_size"],
    "VLAN filter": [*ops("vlan_filter_set"), "rx_VLAN_FILTER"],
    "Flow control": ops("flow_ctrl_get", "flow_ctrl_set"),
    "CRC offload": ["rx_KEEP_CRC"],
    "VLAN offload": [*ops("vlan_offload_set"), "rx_VLAN_STRIP", "rx_VLAN_EXTEND", "tx_VLAN_INSERT"],
    "QinQ offload": ["rx_QINQ_STRIP", "tx_QINQ_INSERT"],
    "FEC": ops("fec_get", "fec_set", "fec_get_capability"),
    "L3 checksum offload": ["rx_IPV4_CKSUM", "tx_IPV4_CKSUM"],
    "L4 checksum offload": ["rx_UDP_CKSUM", "rx_TCP_CKSUM", "tx_UDP_CKSUM", "tx_TCP_CKSUM"],
    "Timestamp offload": ["rx_TIMESTAMP"],
    "Packet type parsing": ops("dev_supported_ptypes_get"),
    "Timesync": ops("timesync_enable"),
    "Rx descriptor status": ops("rx_descriptor_status"),
    "Tx descriptor status": ops("tx_descriptor_status"),
    "Basic stats": ops("stats_get", "stats_reset"),
    "Extended stats": ops("xstats_get", "xstats_get_names", "xstats_reset"),
    "FW version": ops("fw_version_get"),
    "EEPROM dump": ops("get_eeprom", "get_eeprom_length"),
    "Module EEPROM dump": ops("get_module_info", "get_module_eeprom"),
    "Registers dump": ops("get_reg"),
    "LED": ops("dev_led_on", "dev_led_off"),
}
# What neither table nor dev_info tells; other tests do.
STATEMENTS = {"Stats per queue", "Multiprocess aware", "Linux", "x86-64", "Usage doc", "Design doc"}


def claims(text):
    """{row: what is claimed}, from the [Features] section, in order."""
    section = text.partition("[Features]")[2].partition("\n[")[0]
    return dict(re.findall(r"^([^;\n=]+?) *= *(\S+)", section, re.M))


def wrong(text, said):
    """How the text differs from what the program has said."""
    rows = claims(text)
    for row, value in rows.items():
        if row not in ROWS and row not in STATEMENTS:
            yield f"{row}: not in this test's table"
        if value not in ("Y", "P"):
            yield f"{row}: neither Y nor P"
    for row, needs in ROWS.items():
        have = [key for key in needs if said[key]]
        if rows.get(row) == "Y" and have != needs:
            yield f"{row}: claimed without {', '.join(key for key in needs if key not in have)}"
        if rows.get(row) == "P" and not have:
            yield f"{row}: claimed with nothing"
        if row not in rows and have == needs:
            yield f"{row}: there, and not claimed"
    known = [row for row in rows if row in ROWS]
    if known != [row for row in ROWS if row in rows]:
        yield "rows are not in the order of DPDK's default.ini"


@pytest.fixture
def said(app, pair):    # pylint: disable=unused-argument
    return ended(app("features"))


def test_claims_are_true_and_complete(said):
    assert list(wrong(INI.read_text(encoding="utf-8"), said)) == []


def test_a_lie_is_found(said):
    """Of each row: it is missing, or the driver lacks what it takes."""
    text = INI.read_text(encoding="utf-8")
    for row in claims(text):
        if row in STATEMENTS:
            continue
        line = re.search(rf"^{re.escape(row)} *=.*\n", text, re.M)[0]
        if all(said[key] for key in ROWS[row]):
            assert list(wrong(text.replace(line, ""), said)) == [f"{row}: there, and not claimed"]
        lacking = {**said, **dict.fromkeys(ROWS[row], 0)}
        assert any(row in complaint for complaint in wrong(text, lacking)), row
    assert list(wrong(text + "Warp drive = Y\n", said)) == ["Warp drive: not in this test's table"]
