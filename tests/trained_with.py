"""Checkpoints whose config says other data loaders than the recipe's."""

from pathlib import Path
from typing import Any

import torch

LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


def trained_with(checkpoint: Path, out: Path, **loaders: Any) -> Path:
    """A copy of a checkpoint whose config has these data loaders only, by names as ``train``.

    Each is what its ``dataset`` is.
    """
    content = torch.load(checkpoint, weights_only=True)
    for name in LOADERS:
        dataset = loaders.get(name.partition('_')[0])
        loader = None if dataset is None else dict(batch_size=1, dataset=dataset)
        content['meta']['cfg'] += f'\n{name} = {loader!r}\n'
    torch.save(content, out)
    return out
