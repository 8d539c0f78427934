"""Parts of the demo: its stages, their progress on the screen, their state on disk, the result."""
