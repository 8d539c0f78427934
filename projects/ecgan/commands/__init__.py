"""The command ``ecgan``; ``tools/*.py`` call the same code."""
