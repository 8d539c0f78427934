#!/usr/bin/env python
"""Look at folders of your own: the same as ``ecgan prepare``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from projects.ecgan.commands.command_line import leave
from projects.ecgan.commands.prepare import main

if __name__ == '__main__':
    leave(main())
