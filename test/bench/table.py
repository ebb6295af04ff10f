# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Tables of figures, as text that is Markdown too, and limits that they have to keep."""

import collections
import statistics

# A ratio to another cell that must stay below bound, or may reach it.
Limit = collections.namedtuple("Limit", "to bound below", defaults=(False,))


def ratios(ours, theirs):
    """Of rounds that were run in turn: one ratio for each."""
    return [a / b for a, b in zip(ours, theirs)]


def ratio(ours, theirs):
    return statistics.median(ratios(ours, theirs))


def keeps(value, limit):
    return value < limit.bound if limit.below else value <= limit.bound


def verdict(value, limit):
    """0.45 <= 0.50 PASS"""
    sign = "<" if limit.below else "<="
    return f"{value:.3f} {sign} {limit.bound:.2f} {'PASS' if keeps(value, limit) else 'FAIL'}"


def _text(value):
    if isinstance(value, float):
        return f"{value:.2f}"
    return "" if value is None else str(value)


def render(header, rows):
    """A Markdown table with columns as wide as they need to be; figures to the right."""
    right = [all(isinstance(row[i], (int, float, type(None))) for row in rows)
             for i in range(len(header))]
    lines = [header, *([_text(value) for value in row] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]

    def laid_out(line):
        return "| " + " | ".join(text.rjust(width) if at_right else text.ljust(width)
                                 for text, width, at_right in zip(line, widths, right)) + " |"

    rule = "|" + "|".join("-" * (width + 1) + (":" if at_right else "-")
                          for width, at_right in zip(widths, right)) + "|"
    return "\n".join([laid_out(lines[0]), rule, *map(laid_out, lines[1:])])
