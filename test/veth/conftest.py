# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What is in fixtures.py, and the test application."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position,unused-import
from fixtures import (     # noqa: F401
    lab, pair, pytest_collection_modifyitems, pytest_report_header,
    pytest_sessionstart)
from veth_app import app    # noqa: F401
