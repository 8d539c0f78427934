"""ECGAN for MMagic by its own name: ``from ecgan import ECGANInferencer``.

The code is :mod:`projects.ecgan`, where MMagic's plugins lie; names are looked up there.
"""

from typing import Any

import projects.ecgan


def __getattr__(name: str) -> Any:
    """What :mod:`projects.ecgan` calls so."""
    return getattr(projects.ecgan, name)
