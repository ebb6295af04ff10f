# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Table, key and kinds of packets by which an interface spreads what it receives.

A veth has none of it. The NIC here is a preloaded library that answers
ethtool's ioctl in the kernel's place (fake_ethtool.c). Environment:
AFX_FAKE_ETHTOOL is its path.
"""

import errno
import os
import signal
import struct

import pytest

from app.program import ended
from kernelstate import records
from lab import frames, reflect

FAKE = os.environ.get("AFX_FAKE_ETHTOOL", "")
ENOTSUP, EINVAL = -errno.EOPNOTSUPP, -errno.EINVAL
NONE = 0xFFFF       # an entry of the table that is no queue of the port

# ethtool's numbers of flows, and its bits of fields
TCP4, UDP4, SCTP4, TCP6, UDP6, SCTP6, IP4, IP6 = 1, 2, 3, 5, 6, 7, 16, 17
IP, FOUR = 0x30, 0xF0

# ethdev's
HF_IP4, HF_TCP4, HF_UDP4 = 0b10001100, 1 << 4, 1 << 5
# With IPv6's own, which stand for the same.
HF_IP6, HF_TCP6, HF_UDP6 = HF_IP4 << 6 | 1 << 15, HF_TCP4 << 6 | 1 << 16, HF_UDP4 << 6 | 1 << 17
HF_SCTP4 = 1 << 6
HASHED = HF_IP4 | HF_TCP4 | HF_IP6 | HF_TCP6
# What the hash by software knows, which dev_info has whatever the interface has.
SOFTWARE = 0x3BFFC
ALL = HASHED | HF_UDP4 | HF_UDP6

needs_fake = pytest.mark.skipif(not os.path.exists(FAKE), reason="needs AFX_FAKE_ETHTOOL")


class Nic:
    """The file that holds struct rss of fake_ethtool_rss.c."""

    FORM = struct.Struct("4I32II2048I64I2I")

    def __init__(self, path, queues=4, size=128, key=40, refused=(), xfrm=0):
        self.path = path
        fields = {IP4: IP | 8, IP6: IP, TCP4: FOUR, TCP6: FOUR, UDP4: IP, UDP6: IP}
        self.write(queues, size, key, 0, *(fields.get(n, 0) for n in range(32)),
                   sum(1 << n for n in refused),
                   *(i % queues if i < size else 0 for i in range(2048)),
                   *(200 - i if i < key else 0 for i in range(64)), xfrm, 0)

    def write(self, *values):
        with open(self.path, "wb") as file:
            file.write(self.FORM.pack(*values))

    def read(self):
        with open(self.path, "rb") as file:
            return self.FORM.unpack(file.read())

    def fields(self, flow):
        return self.read()[4 + flow]

    @property
    def table(self):
        return list(self.read()[37:37 + self.read()[1]])

    @property
    def table_set(self):
        return self.read()[3]

    @property
    def key(self):
        return list(self.read()[37 + 2048:][:self.read()[2]])

    @property
    def xfrm(self):
        return self.read()[-2]

    def set_fatal(self, nth):
        self.write(*self.read()[:-1], nth)

    def set_table(self, table):
        values = list(self.read())
        values[37:37 + len(table)] = table
        values[3] = 1
        self.write(*values)


@pytest.fixture
def nic(lab, app, tmp_path):
    """Starts the program on a NIC of four queues, of which the port has the second and third."""
    lab.pair(queues=4)

    def start(mine, **options):
        return app("rss", lab.vdevs(start_queue=1, queue_count=2), nb_rx=2,
                   **{"size": mine.read()[1], "key_len": mine.read()[2], **options},
                   wrap=["env", f"LD_PRELOAD={FAKE}", f"FAKE_ETHTOOL_RSS={mine.path}"])

    start.made = lambda **how: Nic(tmp_path / "rss", **how)
    return start


def assert_next_restores(nic, lab, mine, before):
    """The next start finds what a killed process left, says so and undoes it; nothing is left then."""
    run = nic(mine)
    run.until("started")
    assert "restoring what a killed process left changed: RSS" in run.log()
    assert mine.read() == before
    run.step("updated")
    run.go()
    ended(run)
    assert mine.read() == before and records(lab.dut) == []


def test_a_veth_has_no_such_thing(app, pair):   # pylint: disable=unused-argument
    """What is claimed is the hash by software, and not had without its offload; asking a port for RSS with several queues is not refused for it."""
    run = app("rss", size=128, key2=7, key_len=40, reta=0)
    said = run.until("started")
    assert (said["reta_size"], said["key_size"], said["types"]) == (0, 40, SOFTWARE)
    assert said["configure"] == said["start"] == 0
    assert said["conf_get"] == said["query"] == ENOTSUP
    run.step("updated")
    assert said["reta_update"] == said["hash_update"] == ENOTSUP
    assert "RSS" not in run.log()
    run.go()
    ended(run)


def test_a_veth_has_the_hash_by_software(app, pair):   # pylint: disable=unused-argument
    """Its key and kinds are told and updated; without a key, the key is Microsoft's."""
    run = app("rss", key_len=40, soft=1, hf=HF_TCP4, hf2=HF_IP6, key2=7)
    said = run.until("started")
    assert (said["configure"], said["start"], said["conf_get"]) == (0, 0, 0)
    assert (said["now_hf"], said["now_key"], said["now_key_len"]) == (HF_TCP4, 0x6D, 40)
    run.step("updated")
    assert (said["hash_update"], said["now_hf"], said["now_key"]) == (0, HF_IP6, 7)
    run.go()
    ended(run)


def test_a_key_too_short_for_the_hash_by_software(app, pair):   # pylint: disable=unused-argument
    run = app("rss", key_len=39, soft=1, hf=HF_TCP4, hf2=HF_IP6, key2=7)
    said = run.until("started")
    run.step("updated")
    assert (said["hash_update"], said["now_hf"], said["now_key"]) == (EINVAL, HF_TCP4, 0x6D)
    run.go()
    ended(run)


@needs_fake
def test_what_there_is_is_told_and_left_alone(nic, lab):
    """What is asked for is there already: nothing is set."""
    mine = nic.made()
    before = mine.read()
    run = nic(mine, hf=HF_IP4 | HF_IP6)
    said = run.until("started")
    assert (said["reta_size"], said["key_size"], said["types"]) == (128, 40, SOFTWARE)
    assert (said["configure"], said["start"]) == (0, 0)
    assert (said["conf_get"], said["now_hf"]) == (0, HASHED)
    assert (said["now_key"], said["now_key_len"]) == (200, 40)
    assert said["query"] == 0
    assert [said[f"entry{n}"] for n in range(5)] == [NONE, 0, 1, NONE, NONE]
    assert mine.read() == before and records(lab.dut) == []
    run.step("updated")
    run.go()
    ended(run)
    assert mine.read() == before


@needs_fake
def test_all_is_set_and_goes_back(nic, lab):
    """Key and kinds at start, then others, and the table; at close, as it was."""
    mine = nic.made(xfrm=1)
    before = mine.read()
    run = nic(mine, hf=ALL, key=10, key2=20, hf2=HF_IP4 | HF_TCP6 | HF_UDP4, reta=1)
    said = run.until("started")
    assert (said["start"], said["now_hf"], said["now_key"]) == (0, ALL, 10)
    assert mine.key == list(range(10, 50)) and mine.fields(UDP6) == mine.fields(TCP4) == FOUR
    assert mine.table == [n % 4 for n in range(128)] and not mine.table_set
    run.step("updated")
    assert (said["reta_update"], said["hash_update"]) == (0, 0)
    assert (said["now_hf"], said["now_key"]) == (HF_IP4 | HF_TCP6 | HF_UDP4, 20)
    assert [mine.fields(flow) for flow in (IP4, TCP4, UDP4, IP6, TCP6, UDP6)] == \
        [IP, IP, FOUR, 0, FOUR, 0]
    assert mine.table == [n % 4 if n % 2 else 2 for n in range(128)]
    assert [said[f"entry{n}"] for n in range(4)] == [1, 0, 1, NONE]
    assert mine.key == list(range(20, 60)) and mine.xfrm == 1
    assert len(records(lab.dut)) == 1
    run.go()
    ended(run)
    assert mine.read() == before and not mine.table_set
    assert records(lab.dut) == []


@needs_fake
@pytest.mark.parametrize("shape", [{}, {"size": 512, "key": 52, "xfrm": 1}, {"key": 0}])
def test_all_goes_back_after_a_kill(nic, lab, shape):
    """A table of the administrator's too."""
    mine = nic.made(**shape)
    mine.set_table([3] * 60 + [2, 0])
    before = mine.read()
    run = nic(mine, hf=ALL, hf2=HF_IP4, reta=0, **({} if "key" in shape and not shape["key"] else
                                                    {"key": 10, "key2": 20}))
    run.until("started")
    run.step("updated")
    run.kill()
    assert mine.read() != before
    assert_next_restores(nic, lab, mine, before)


@needs_fake
@pytest.mark.parametrize("changes, nth", [({"reta": 0, "reta2": 1}, 2),
                                          ({"key": 10, "key2": 20}, 1),
                                          ({"hf": HF_UDP4, "hf2": HF_TCP4}, 2)],
                         ids=["table", "key", "fields"])
def test_all_goes_back_after_a_kill_in_the_midst_of_a_second_change(nic, lab, changes, nth):
    """What is there then is of the first one, though the second was recorded."""
    mine = nic.made()
    before = mine.read()
    run = nic(mine, **changes)
    run.until("started")
    mine.set_fatal(nth)
    run.go()
    run.rest()
    assert run.said["exit"] == -signal.SIGKILL
    mine.set_fatal(0)
    assert mine.read() != before and len(records(lab.dut)) == 1
    assert_next_restores(nic, lab, mine, before)


@needs_fake
def test_what_the_administrator_set_since_stays(nic):
    mine = nic.made()
    run = nic(mine, reta=0, key2=9)
    run.until("started")
    run.step("updated")
    mine.set_table([3] * 128)
    run.go()
    ended(run)
    assert mine.table == [3] * 128
    assert mine.key == [200 - i for i in range(40)]


@needs_fake
def test_kinds_that_the_driver_refuses(nic, lab):
    """-ENOTSUP, said once, and then not claimed; what is hashed stays claimed."""
    mine = nic.made(refused=[UDP4, TCP4])
    before = mine.read()
    run = nic(mine, hf=HF_IP4 | HF_TCP4, hf2=HF_IP4 | HF_TCP4 | HF_UDP4)
    said = run.until("started")
    assert (said["start"], said["types"]) == (0, SOFTWARE)
    run.step("updated")
    assert said["hash_update"] == ENOTSUP
    assert said["types"] == SOFTWARE
    assert "AFX: x0: RSS types 0x20: the interface's driver refuses a change: Invalid" in run.log()
    run.go()
    ended(run)
    assert mine.read() == before and records(lab.dut) == []


@needs_fake
def test_a_start_that_asks_for_what_is_refused(nic, lab):
    mine = nic.made(refused=[UDP4])
    run = nic(mine, hf=HF_UDP4, again=1)
    said = ended(run)
    assert (said["configure"], said["start1"], said["start"]) == (0, ENOTSUP, ENOTSUP)
    assert records(lab.dut) == []


@needs_fake
def test_what_is_refused_is_hashed_by_software(nic, lab):
    """A warning, and the rest is set."""
    mine = nic.made(refused=[UDP4])
    before = mine.read()
    run = nic(mine, hf=HF_UDP4 | HF_UDP6, soft=1, hf2=HF_UDP4 | HF_TCP4 | HF_SCTP4)
    said = run.until("started")
    assert (said["start"], mine.fields(UDP4), mine.fields(UDP6)) == (0, IP, FOUR)
    assert "RSS types 0x20 are hashed by software alone" in run.log()
    run.step("updated")
    assert said["hash_update"] == 0
    assert [mine.fields(flow) for flow in (IP4, TCP4, UDP4, SCTP4, UDP6)] == [0, FOUR, IP, 0, 0]
    run.go()
    ended(run)
    assert mine.read() == before and records(lab.dut) == []


@needs_fake
@pytest.mark.parametrize("types", [HF_SCTP4, HF_TCP4 | HF_SCTP4])
def test_kinds_that_the_interface_lacks(nic, lab, types):
    """Software alone has them: without it, nothing is changed; with it alone, the interface is let be."""
    mine = nic.made()
    before = mine.read()
    run = nic(mine, key_len=40, hf2=types, key2=9)
    said = run.until("started")
    run.step("updated")
    assert said["hash_update"] == ENOTSUP and mine.read() == before and records(lab.dut) == []
    assert "AFX: x0: RSS types 0x40: not hashed by the interface, nor by software" in run.log()
    run.go()
    ended(run)


@needs_fake
def test_kinds_of_software_alone_leave_the_interface(nic):
    mine = nic.made()
    before = mine.read()
    run = nic(mine, hf2=HF_SCTP4, soft=1)
    said = run.until("started")
    run.step("updated")
    assert said["hash_update"] == 0 and mine.read() == before
    run.go()
    ended(run)


@needs_fake
def test_a_key_of_another_length(nic):
    run = nic(nic.made(), key=5, key_len=39)
    assert ended(run)["configure"] == EINVAL
    assert "AFX: x0: RSS key of 39 bytes: the interface's has 40" in run.log()


@needs_fake
def test_a_table_of_another_length(nic):
    mine = nic.made()
    run = nic(mine, size=64, reta=0)
    said = run.until("started")
    run.step("updated")
    assert said["query"] == said["reta_update"] == EINVAL
    run.go()
    ended(run)


@needs_fake
def test_without_asking_for_rss_nothing_is_set(nic):
    mine = nic.made()
    before = mine.read()
    run = nic(mine, mq=0, hf=ALL, key=10)
    run.until("started")
    assert mine.read() == before
    run.step("updated")
    run.go()
    ended(run)


@needs_fake
def test_testpmd_with_two_queues(lab, nic):
    """Asks for RSS by itself; all that comes is forwarded still."""
    pair, mine = lab.pairs[0], nic.made()
    with lab.testpmd(lab.vdevs(start_queue=0, queue_count=2), rxq=2,
                     wrap=["env", f"LD_PRELOAD={FAKE}", f"FAKE_ETHTOOL_RSS={mine.path}"]) as pmd:
        pair.steer(1)
        reflect(pair, frames(pair, 300))
        assert "ipv4" in pmd.cmd("show port 0 rss-hash")
        assert "Invalid argument" not in pmd.cmd("port config all rss udp")
        assert mine.fields(UDP4) == FOUR
    assert mine.fields(UDP4) == IP
