#!/usr/bin/env python
"""Versions, devices, and what is missing: the same as ``ecgan check``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from projects.ecgan.commands.check import main
from projects.ecgan.commands.command_line import leave

if __name__ == '__main__':
    leave(main())
