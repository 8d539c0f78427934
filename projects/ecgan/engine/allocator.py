"""Keeping freed memory on CPUs."""

import ctypes
import os
import platform

# Of glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
# Who set one of these has decided already.
VARIABLES = (
    'GLIBC_TUNABLES',
    'MALLOC_MMAP_MAX_',
    'MALLOC_MMAP_THRESHOLD_',
    'MALLOC_TRIM_THRESHOLD_',
)


def keep_freed_memory() -> bool:
    """Let glibc use freed blocks of any size again instead of returning them to the kernel.

    Each iteration allocates and frees the same tensors. glibc maps those of more than 32 MiB anew
    each time, and the kernel then zeroes their pages one by one: a third of an update at 256 x 256
    with a batch of 4 (docs/measured_speed.md). The price is memory: what is kept is not always
    in pieces that fit, which took 0.7 GB more at 256 x 512.

    For the process that calls it, from then on. Environment variables of glibc's allocator have
    precedence: ``MALLOC_TRIM_THRESHOLD_=131072`` leaves everything at its default.

    Returns:
        Whether there was a glibc that took the setting.
    """
    if platform.libc_ver()[0] != 'glibc' or any(name in os.environ for name in VARIABLES):
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(M_MMAP_MAX, 0) and mallopt(M_TRIM_THRESHOLD, -1))
