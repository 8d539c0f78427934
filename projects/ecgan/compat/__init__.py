"""Cures for the toolbox's defects on a current stack."""


def apply_all() -> None:
    """Apply every compatibility module."""
