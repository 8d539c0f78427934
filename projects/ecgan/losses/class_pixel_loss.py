"""Class-specific pixel loss: an L1 loss in which a small class counts as much as a large one.

The papers name an L_1 term in the contrastive objective and do not define it. Our reading: for each
class present in the layout, the mean absolute error of the image over that class's pixels; averaged
over the classes present; per image, then averaged over the batch; unknown pixels left out.
"""

import torch
from mmagic.registry import MODELS
from torch import Tensor, nn


def class_specific_pixel_loss(
    fake: Tensor, real: Tensor, labels: Tensor, num_classes: int, ignore_index: int | None = None
) -> Tensor:
    """Mean over images and present classes of the mean absolute error over a class's pixels.

        L = (1/B) sum_b (1/|C_b|) sum_{c in C_b} mean_{i: y_bi = c} |fake_bi - real_bi|

    Computed in float32 (also inside autocast) or, for float64 images, in float64.

    Args:
        fake: Generated images, (B, 3, H, W).
        real: Photos, (B, 3, H, W).
        labels: Layouts, (B, H, W), values in [0, num_classes) or ``ignore_index``.
        num_classes: Number of classes.
        ignore_index: Label of unknown pixels; None where every pixel is known.

    Returns:
        Scalar; an image without a known pixel counts as 0 in the mean.

    Raises:
        ValueError: If the shapes do not belong together.
    """
    if fake.shape != real.shape or labels.shape != (fake.shape[0], *fake.shape[2:]):
        raise ValueError(
            f'class_specific_pixel_loss needs two image batches (B, 3, H, W) and labels (B, H, W), '
            f'got {tuple(fake.shape)}, {tuple(real.shape)} and {tuple(labels.shape)}'
        )
    batch = len(labels)
    with torch.autocast(fake.device.type, enabled=False):
        dtype = torch.promote_types(fake.dtype, torch.float32)
        error = (fake.to(dtype) - real.to(dtype)).abs().mean(1).flatten()
        labels = labels.flatten(1).long()
        if ignore_index is not None:
            # Unknown pixels go to a bin of their own, behind the classes, which is dropped.
            labels = labels.masked_fill(labels == ignore_index, num_classes)
        offset = (num_classes + 1) * torch.arange(batch, device=labels.device)
        bins = (labels + offset[:, None]).flatten()
        empty = error.new_zeros(batch * (num_classes + 1))
        sums = empty.index_add(0, bins, error).view(batch, -1)[:, :num_classes]
        counts = empty.index_add(0, bins, torch.ones_like(error)).view(batch, -1)[:, :num_classes]
        present = (counts > 0).sum(1).clamp(min=1)
        return ((sums / counts.clamp(min=1)).sum(1) / present).mean()


@MODELS.register_module()
class ClassSpecificPixelLoss(nn.Module):
    """Class-specific pixel loss (see :func:`class_specific_pixel_loss`).

    Args:
        loss_weight: Factor on the loss.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(
        self,
        fake: Tensor,
        real: Tensor,
        labels: Tensor,
        num_classes: int,
        ignore_index: int | None = None,
    ) -> Tensor:
        """Weighted loss; the arguments are those of :func:`class_specific_pixel_loss`."""
        return self.loss_weight * class_specific_pixel_loss(
            fake, real, labels, num_classes, ignore_index
        )
