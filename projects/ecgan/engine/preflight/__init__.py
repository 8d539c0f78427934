"""What is looked at before the first iteration: what is known beforehand ends no run late."""

from .batch_norms import check_batch_norms
from .disk import check_disk
from .first_batches import load_first_batches
from .image_counts import check_metrics
from .loaders import Loader, run_loaders

__all__ = [
    'Loader',
    'check_batch_norms',
    'check_disk',
    'check_metrics',
    'load_first_batches',
    'run_loaders',
]
