#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Draw the results of a run, for README.md: doc/pictures/bench-{cost,veth}.svg.

No background, and text in a grey that can be read on white and on black.
"""

import json
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # pylint: disable=wrong-import-position

import options  # pylint: disable=wrong-import-position
import veth  # pylint: disable=wrong-import-position

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICTURES = ROOT / "doc/pictures"

GREY = "#7d8590"
COLOURS = {
    "net_afx": "#2f81f7",
    "net_af_xdp": "#d29922",
    "net_af_xdp,busy_budget=0": "#9e6a03",
    "net_null": "#8b949e",
    "net_floor": "#57606a",
    "raw": "#3fb950",
    "raw,stride=2048": "#aff5b4",
}
STYLE = {
    "svg.fonttype": "none",         # letters stay letters
    "svg.hashsalt": "afx",          # the same input gives the same file
    "font.size": 10,
    "text.color": GREY,
    "axes.labelcolor": GREY,
    "axes.edgecolor": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def bars(axes, groups, drivers):
    """groups: {label: {driver: height}}; the height is written on each bar."""
    width = 0.8 / len(drivers)
    for i, driver in enumerate(drivers):
        at = [n + (i - (len(drivers) - 1) / 2) * width for n in range(len(groups))]
        heights = [group.get(driver, 0) for group in groups.values()]
        drawn = axes.bar(at, heights, width * 0.92, color=COLOURS[driver], label=driver)
        axes.bar_label(drawn, [f"{h:.3g}" if h else "" for h in heights], fontsize=7, padding=2)
    axes.set_xticks(range(len(groups)), groups)
    axes.tick_params(length=0)


def caption(machine, loaded):
    return (f"{machine['cpu']}, Linux {machine['kernel']}, DPDK {machine['dpdk']}, {machine['date'][:10]}, "
            f"{machine['commit']}" + (", machine under other load" if loaded else ""))


def save(figure, name, result, loaded):
    figure.text(0.01, 0.01, caption(result["machine"], loaded), fontsize=7)
    figure.tight_layout(rect=(0, 0.04, 1, 1))
    path = PICTURES / f"bench-{name}.svg"
    figure.savefig(path, transparent=True, metadata={"Date": None})
    plt.close(figure)
    # Matplotlib leaves blanks at the ends of lines.
    path.write_text("".join(f"{line.rstrip()}\n" for line in path.read_text().splitlines()))
    print(path)


# The cells of cost.json that the picture shows: what a caller does -> mode, fast free (which
# receiving has no part in, and is measured with).
COST_GROUPS = {
    "receive, free": ("rx", 1),
    "forward": ("fwd", 0),
    "forward,\nfast free": ("fwd", 1),
    "allocate, send": ("tx", 0),
    "allocate, send,\nfast free": ("tx", 1),
}


def draw_cost(result):
    groups = {label: {} for label in COST_GROUPS}
    for cell in result["cells"]:
        params = cell["params"]
        if (params["set"], params["burst"], params["touch"]) != ("hot", 32, 0):
            continue
        for label, (mode, fastfree) in COST_GROUPS.items():
            if (params["mode"], params["fastfree"]) == (mode, fastfree):
                groups[label][params["pmd"]] = cell["median"]
    figure, axes = plt.subplots(figsize=(9, 3.6))
    bars(axes, groups, [d for d in COLOURS if any(d in group for group in groups.values())])
    axes.set_ylabel("cycles a packet (less is better)")
    axes.set_title("Cost of the driver alone, bursts of 32")
    axes.legend(frameon=False)
    save(figure, "cost", result, result.get("judged_by") == "least")


VETH_LABELS = {"rx": "receive", "tx": "send", "macswap": "one port,\nback", "io1": "two ports,\none pool",
               "io2": "two ports,\ntwo pools"}


def veth_groups(result, threaded):
    """Mpps at 64 bytes by kind of work."""
    groups = {}
    for cell in result["cells"]:
        params = cell["params"]
        if params["size"] == 64 and params.get("threaded", threaded) == threaded:
            label = VETH_LABELS[params["kind"] + str(params.get("pools", ""))]
            groups.setdefault(label, {})[params["driver"]] = cell["median"] / 1e6
    return groups


def draw_veth(result):
    figure, both = plt.subplots(2, 1, figsize=(9, 6))
    for axes, threaded in zip(both, (False, True)):
        groups = veth_groups(result, threaded)
        if threaded:
            groups.pop(VETH_LABELS["rx"], None)     # the peer has no part in it
        bars(axes, groups, [d for d in COLOURS if d in veth.DRIVERS])
        axes.set_ylabel("Mpps (more is better)")
        axes.set_title(f"veth, frames of 64 bytes, peer's NAPI {'in a thread' if threaded else 'inline'}")
    both[0].legend(frameon=False, ncols=2)
    save(figure, "veth", result, result.get("loaded"))


def newest():
    return max((ROOT / "bench-results").glob("*/"), default=None)


def main():
    parser = options.parser("plot", __doc__, "no other than without", "folder of the results (default: the newest)")
    folder = parser.parse_args().out or newest()
    if folder is None:
        sys.exit("plot: no results: run devtools/bench.sh all")
    with plt.rc_context(STYLE):
        for name, draw in (("cost", draw_cost), ("veth", draw_veth)):
            file = folder / f"{name}.json"
            if file.exists():
                draw(json.loads(file.read_text()))
            else:
                print(f"plot: {file} is not there", file=sys.stderr)


if __name__ == "__main__":
    main()
