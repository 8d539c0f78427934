#!/usr/bin/env python
"""Train a model: the same as ``ecgan train``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from projects.ecgan.commands.command_line import leave
from projects.ecgan.commands.train import main

if __name__ == '__main__':
    leave(main())
