"""What launchers say in the environment, known before the processes know each other."""

import os

_RANKS = ('RANK', 'SLURM_PROCID', 'OMPI_COMM_WORLD_RANK')


def rank_of_process() -> str | None:
    """Which process of several this is, from '0' on; None where no launcher started it."""
    return next((os.environ[name] for name in _RANKS if name in os.environ), None)
