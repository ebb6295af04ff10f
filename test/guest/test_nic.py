# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What a veth has not: speeds, registers, EEPROM, LED, flow control, RSS, address filters; and a
link that goes down and up below a zero-copy port."""

import errno
import re

import nics
import rawpeer
from app.program import ended
from kernelstate import records
from lab import frames, reflect, soon
from test_hardware import NONE, RX, TX, FULL
from test_mac import SENT, received
from test_rss import HASHED, HF_UDP4, SOFTWARE

COUNT = 300
ENOTSUP = -errno.EOPNOTSUPP
SPEEDS = ("10baseT/Half", "10baseT/Full", "100baseT/Half", "100baseT/Full",
          "1000baseT/Half", "1000baseT/Full")
SPEED_BITS = dict(zip(SPEEDS, (1 << 1, 1 << 2, 1 << 3, 1 << 4, 0, 1 << 5)))    # RTE_ETH_LINK_SPEED_*
FILTERS = 30        # more addresses than igb has filters for
UNICAST, GROUP = "02:af:00:00:01:01", "01:00:5e:7f:af:01"


def speeds(pair):
    """What ethtool has, as ethdev's bits."""
    text = pair.dut.exec("ethtool", pair.iface)
    text = text[text.index("Supported link modes"):text.index("Supported pause")]
    return sum(SPEED_BITS[mode] for mode in re.findall(r"\d+base\S+", text))


def raw(pair, option):
    """Bytes that ethtool reads."""
    path = "/tmp/ethtool.raw"
    pair.dut.exec("sh", "-c", f"ethtool {option} {pair.iface} raw on >{path}")
    with open(path, "rb") as file:
        return file.read()


def checksum(data):
    """As hardware.c makes it."""
    total = 0
    for byte in data:
        total = (total * 31 + byte) & (1 << 64) - 1
    return total & 0x7FFFFFFF


def pause(pair):
    """(autonegotiated, mode) as ethtool says."""
    text = pair.dut.exec("ethtool", "-a", pair.iface)
    on = dict(re.findall(r"^(Autonegotiate|RX|TX):\s+(\w+)", text, re.M))
    return on["Autonegotiate"] == "on", {
        ("off", "off"): NONE, ("on", "off"): RX, ("off", "on"): TX,
        ("on", "on"): FULL}[on["RX"], on["TX"]]


def identify(pair):
    """What ethtool says against an LED that it is to blink for a second."""
    return pair.dut.exec("sh", "-c", f"ethtool -p {pair.iface} 1 2>&1 || true").strip()


def test_hardware_is_what_ethtool_says(app, pair):
    """While the LED blinks for the program, the kernel has it blink for nobody else."""
    run = app("hardware", led=1)
    said = run.until("blinks")
    led, other = (0, "Device or resource busy") if nics.KIND == "igb" else \
        (ENOTSUP, "Operation not supported")
    assert said["led_on"] == said["led_on_again"] == led
    assert identify(pair) == f"Cannot identify NIC: {other}"
    assert run.step("dark")["led_off"] == 0
    assert run.step("told")["led_anew"] == led
    assert said["speeds"] == speeds(pair)
    firmware = re.search(r"firmware-version: (.*)", pair.dut.exec("ethtool", "-i", pair.iface))[1]
    assert (said["fw"], said["fw_text"]) == (0 if firmware else ENOTSUP, firmware)
    if nics.KIND == "igb":
        assert (said["regs_read"], said["regs_len"]) == (0, len(raw(pair, "-d")))
        eeprom = raw(pair, "-e")
        assert (said["eeprom"], said["eeprom_len"]) == (0, len(eeprom))
        assert said["eeprom_sum"] == checksum(eeprom)
        assert (said["pause_get"], bool(said["pause_autoneg"]), said["pause_mode"]) == (0, *pause(pair))
    else:
        for key in "regs", "eeprom", "pause_get":
            assert said[key] == ENOTSUP, key
    assert said["module"] == said["module_read"] == ENOTSUP
    run.go()
    ended(run)
    if nics.KIND == "igb":
        assert identify(pair) == ""


FLOWS = "tcp4", "udp4", "sctp4", "tcp6", "udp6", "sctp6"


def hashed(pair):
    """(key and table, {kind: whether ports are hashed with the addresses}) as ethtool says."""
    text = {flow: pair.dut.exec("ethtool", "-n", pair.iface, "rx-flow-hash", flow) for flow in FLOWS}
    return pair.dut.exec("ethtool", "-x", pair.iface), {
        flow: re.findall(r"(?m)^(?:IP|L4) .*", said) for flow, said in text.items()}


def test_rss_key_and_kinds(app, pair):
    """Those of the NIC, told, set, and back at close; where it has none, so says the port."""
    if nics.KIND != "igb":
        run = app("rss", size=128, key_len=40, key2=20, reta=0, hf2=HASHED)
        said = run.until("started")
        assert (said["reta_size"], said["types"]) == (0, SOFTWARE)
        assert said["conf_get"] == said["query"] == ENOTSUP
        run.step("updated")
        assert said["reta_update"] == said["hash_update"] == ENOTSUP
        run.go()
        ended(run)
        return
    before, fields = hashed(pair)
    run = app("rss", size=128, key_len=40, key2=20, hf2=HASHED | HF_UDP4)
    said = run.until("started")
    first = re.search(r"RSS hash key:\n(\w\w):", before)[1]
    assert (said["reta_size"], said["key_size"], said["query"]) == (128, 40, 0)
    assert (said["conf_get"], said["now_hf"], said["now_key"]) == (0, HASHED, int(first, 16))
    assert hashed(pair) == (before, fields)
    run.step("updated")
    assert (said["hash_update"], said["now_hf"], said["now_key"]) == (0, HASHED | HF_UDP4, 20)
    now, fields_now = hashed(pair)
    assert re.search(r"RSS hash key:\n(.*)", now)[1] == bytes(range(20, 60)).hex(":")
    assert fields_now == fields | {"udp4": fields["tcp4"]} != fields
    assert len(records(pair.dut)) == 1
    run.go()
    ended(run)
    assert hashed(pair) == (before, fields) and records(pair.dut) == []


def taken(pmd, pair):
    """Frames of all sizes come back, whatever came before."""
    reflect(pair, frames(pair, COUNT), nics.WINDOW)
    assert nics.zerocopy(pmd.pid) == [True]


def test_link_and_flow_control_below_a_running_port(lab, pair):
    """Each takes the NIC down for a while: traffic comes back, no mbuf is lost, and a killed
    process's changes go back by the next start."""
    before = pause(pair) if nics.KIND == "igb" else None
    pmd = lab.start(lab.vdevs(mode="zc"))
    pmd.start()
    pmd.cmd("set link-down port 0")
    assert "UP" not in nics.link(pair.dut, pair.iface)["flags"]
    assert "Link status: down" in pmd.info()
    pmd.cmd("set link-up port 0")
    lab.wait_link()
    assert soon(lambda: "Link status: up" in pmd.info())
    taken(pmd, pair)
    if before:
        pmd.cmd("set flow_ctrl rx on tx off 0 0 0 0 mac_ctrl_frame_fwd off autoneg off 0")
        assert pause(pair) == (False, RX)
        lab.wait_link()
        taken(pmd, pair)
    pmd.cmd("set link-down port 0")
    pmd.stop()
    pmd.cmd("port stop 0")
    assert pmd.missing_mbufs() == {}
    pmd.kill()
    assert "UP" not in nics.link(pair.dut, pair.iface)["flags"]
    with lab.testpmd(lab.vdevs(mode="zc")) as pmd:
        said = re.search("restoring what a killed process left changed: (.*)", pmd.log)[1]
        assert "link state" in said and ("flow control" in said) == bool(before)
        assert before is None or pause(pair) == before
        taken(pmd, pair)
    assert records(pair.dut) == []


def promiscuous(pair):
    """What the registers of igb say, (unicast, multicast)."""
    text = pair.dut.exec("ethtool", "-d", pair.iface)
    return tuple(re.search(rf"{kind} promiscuous: +(\w+)", text)[1] == "enabled"
                 for kind in ("Unicast", "Multicast"))


def test_addresses_are_filtered_by_the_nic(lab, pair):
    """Not promiscuous: what was added arrives, until it is removed; so with more than there are
    filters. QEMU's igb lets all unicast through, whatever its registers say: these are looked
    at."""
    strays = 0 if nics.KIND == "virtio" else SENT
    with lab.testpmd(lab.vdevs(mode="zc"), mode="rxonly") as pmd:
        assert nics.KIND == "virtio" or promiscuous(pair) == (True, True)
        pmd.cmd("set promisc 0 off")
        assert nics.KIND == "virtio" or promiscuous(pair) == (False, False)
        for mac, kind, others in (UNICAST, "mac_addr", strays), (GROUP, "mcast_addr", 0):
            assert received(pmd, pair.wire, mac, pair) == others
            pmd.cmd(f"{kind} add 0 {mac}")
            assert received(pmd, pair.wire, mac, pair) == SENT
            pmd.cmd(f"{kind} remove 0 {mac}")
            assert received(pmd, pair.wire, mac, pair) == others
        many = [f"02:af:00:00:02:{n:02x}" for n in range(FILTERS)]
        for mac in many:
            pmd.cmd(f"mac_addr add 0 {mac}")
        assert nics.KIND == "virtio" or promiscuous(pair) == (True, False)
        before = pmd.stats()["ipackets"]
        pair.wire.send([rawpeer.frame(n, 64, bytes.fromhex(mac.replace(":", "")), pair.peer_mac)
                        for n, mac in enumerate(many)])
        assert soon(lambda: pmd.stats()["ipackets"] == before + FILTERS)
        assert received(pmd, pair.wire, pair.mac.hex(":"), pair) == SENT
