"""How far features keep classes apart: what the contrastive losses are there to raise."""

import torch
from mmagic.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner, load_checkpoint
from torch import Tensor
from torch.nn import functional as F

from ...structures import nearest_resize


@torch.no_grad()
def class_separation(features: Tensor, classes: Tensor) -> tuple[float, float]:
    """Mean cosine similarity within classes and across classes, over all pairs of rows.

    With z the normalised rows, s_c their sum over class c and n_c its size, the mean within is
    sum_c (|s_c|^2 - n_c) / sum_c n_c (n_c - 1), pairs of a row with itself left out, and that
    across (|sum_c s_c|^2 - sum_c |s_c|^2) / (M^2 - sum_c n_c^2): no pair is visited.

    Args:
        features: (M, C).
        classes: (M,), values from 0 on.

    Returns:
        Within and across; NaN where there is no such pair.
    """
    z = F.normalize(features.double(), dim=1)
    classes = classes.long()
    count = torch.bincount(classes).double()
    sums = z.new_zeros(len(count), z.shape[1]).index_add_(0, classes, z)
    own = sums.square().sum()
    pairs_within = (count * (count - 1)).sum()
    within = (own - len(z)) / pairs_within
    across = (sums.sum(0).square().sum() - own) / (len(z) ** 2 - count.square().sum())
    return within.item(), across.item()


@torch.no_grad()
def measure_separation(
    cfg: Config, checkpoint: str, num_layouts: int = 64, feature: str | None = None
) -> dict:
    """Measure the separation of classes in a trunk feature of a trained generator.

    Of so many validation layouts; the finest feature where none is named.

    Returns:
        ``within``, ``across``, ``separation`` (their difference), ``feature``, ``num_layouts``.
    """
    init_default_scope(cfg.get('default_scope', 'mmagic'))
    model = MODELS.build(cfg.model)
    load_checkpoint(model, checkpoint, map_location='cpu')
    model.eval()
    generator = model.sampling_generator
    feature = feature or generator.feature_names_fine_to_coarse[0]
    loader = Runner.build_dataloader(cfg.val_dataloader, seed=0)
    features, classes, seen = [], [], 0
    for data in loader:
        layout = model.data_preprocessor(data)['inputs']['layout']
        layout = layout[: num_layouts - seen]
        maps = generator(layout, return_features=(feature,))['features'][feature]
        labels = nearest_resize(layout.labels, tuple(maps.shape[2:]))
        known = labels < layout.num_classes
        features.append(maps.permute(0, 2, 3, 1)[known])
        classes.append(labels[known])
        seen += len(layout)
        if seen >= num_layouts:
            break
    within, across = class_separation(torch.cat(features), torch.cat(classes))
    return {
        'feature': feature,
        'num_layouts': seen,
        'within': within,
        'across': across,
        'separation': within - across,
    }
