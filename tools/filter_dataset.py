#!/usr/bin/env python
"""Wrong pixels of made pictures left out: the same as ``ecgan filter-dataset``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from projects.ecgan.commands.command_line import leave
from projects.ecgan.commands.filter_dataset import main

if __name__ == '__main__':
    leave(main())
