#!/usr/bin/env python
"""Pictures to train a segmentor on: the same as ``ecgan make-dataset``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from projects.ecgan.commands.command_line import leave
from projects.ecgan.commands.make_dataset import main

if __name__ == '__main__':
    leave(main())
