"""``python -m ecgan``: the command of that name."""

from projects.ecgan.commands.main import main

main()
