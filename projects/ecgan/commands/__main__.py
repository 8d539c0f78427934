"""``python -m projects.ecgan.commands``: the command ``ecgan``, for launchers such as torchrun."""

from .main import main

main()
