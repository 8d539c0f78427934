"""Keeping freed memory on CPUs."""

import ctypes
import platform

# Of glibc's malloc.h. 32 MiB is the largest threshold that it takes on 64-bit machines.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
MMAP_BYTES = 32 * 2**20
TRIM_BYTES = 2**31 - 1


def keep_freed_memory() -> bool:
    """Let the C library reuse freed blocks of up to 32 MiB instead of returning them to the kernel.

    Each iteration allocates and frees the same tensors. By default glibc maps every large one anew,
    and the kernel zeroes its pages each time: about a quarter of the time of a small training.

    Returns:
        Whether there was a glibc that took the setting.
    """
    if platform.libc_ver()[0] != 'glibc':
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(M_MMAP_THRESHOLD, MMAP_BYTES) and mallopt(M_TRIM_THRESHOLD, TRIM_BYTES))
