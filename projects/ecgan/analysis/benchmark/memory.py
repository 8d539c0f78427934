"""Peak memory of a process or of its use of a GPU."""

import sys
from pathlib import Path

import torch

_STATUS = Path('/proc/self/status')


def _resident(field: str) -> int | None:
    """A field of Linux's process status, in bytes; None on other systems."""
    if not _STATUS.exists():
        return None
    line = next(x for x in _STATUS.read_text().splitlines() if x.startswith(field + ':'))
    return int(line.split()[1]) * 1024


def _peak_resident() -> int:
    # Not ru_maxrss on Linux: a process inherits it from the one that started it.
    peak = _resident('VmHWM')
    if peak is not None:
        return peak
    import resource  # not there on Windows, where nothing before this line works either

    unit = 1 if sys.platform == 'darwin' else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


class PeakMemory:
    """Peak memory from its creation on, in bytes.

    On a CPU the resident memory of the process, on a GPU what PyTorch's allocator handed out.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        if device.type == 'cuda':
            torch.cuda.reset_peak_memory_stats(device)
            self.baseline = torch.cuda.memory_allocated(device)
        else:
            self.baseline = _resident('VmRSS') or _peak_resident()

    def read(self) -> dict[str, int]:
        """``peak_bytes``, and ``peak_above_baseline_bytes``, without what was there at the start.

        That is, on a CPU, interpreter, libraries and samples.
        """
        if self.device.type == 'cuda':
            peak = torch.cuda.max_memory_allocated(self.device)
        else:
            peak = _peak_resident()
        return dict(peak_bytes=peak, peak_above_baseline_bytes=peak - self.baseline)
