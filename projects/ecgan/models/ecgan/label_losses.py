"""The label generator's losses (ECGAN's similarity loss), for any model that makes images."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...structures import Layout


def label_losses(
    label_generator: nn.Module,
    layout: Layout,
    images: Sequence[Tensor],
    photo: Tensor,
    similarity_loss: nn.Module | None,
    label_loss_weight: float,
) -> dict[str, Tensor]:
    """L_sim(S, S') + L_sim(S, S''), and the label generator's cross entropy on photos.

    The label generator may predict at a lower resolution than the layout's.

    Args:
        label_generator: G_l, run once on all images.
        layout: S.
        images: Generated images, ``(N, 3, H, W)`` each.
        photo: Photos of that shape.
        similarity_loss: :class:`SimilarityLoss`, or None.
        label_loss_weight: Weight of the cross entropy; 0 is off.

    Returns:
        ``loss_similarity`` and ``loss_label``, scalars, those that are on.
    """
    losses = {}
    with_photos = label_loss_weight > 0
    logits = label_generator(torch.cat([*images, *([photo] * with_photos)]))
    of_images, of_photos = logits.split([len(images) * len(layout), len(layout) * with_photos])
    if similarity_loss is not None:
        # A mean over layouts, which all images have in common.
        labels = layout.labels.repeat(len(images), 1, 1)
        losses['loss_similarity'] = len(images) * similarity_loss(
            of_images, labels, ignore_index=layout.num_classes
        )
    if with_photos:
        seen = layout.resized(logits.shape[-2:])
        total = F.cross_entropy(
            of_photos.float(), seen.labels, ignore_index=layout.num_classes, reduction='sum'
        )
        losses['loss_label'] = label_loss_weight * total / seen.valid.sum().clamp(min=1)
    return losses
