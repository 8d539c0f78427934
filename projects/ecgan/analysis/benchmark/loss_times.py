"""What each loss that needs no discriminator costs, forward and backward."""

import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from ...losses import PixelContrastLoss
from ...models import ECGAN
from .phases import synchronize

REPEATS = 5


def measure_losses(model: ECGAN, data: dict, device: torch.device) -> dict[str, float]:
    """Median seconds of each loss with its backward pass, on what the generator gives for a batch.

    ``label_generator`` is one pass over one image a layout, to which a similarity loss adds.
    """
    inputs = model.data_preprocessor(data, True)['inputs']
    labels, unknown = inputs['layout'].labels, model.num_classes
    pixel_contrast = PixelContrastLoss()
    pixel_contrast.build_heads(
        model.generator.feature_channels, model.generator.feature_names_fine_to_coarse
    )
    pixel_contrast = pixel_contrast.to(device)
    with torch.no_grad():
        outputs = model.generator(inputs['layout'], return_features=model.feature_names)
        logits = model.label_generator(outputs['image'])
    seen = inputs['layout'].resized(logits.shape[-2:]).labels
    features, image = outputs['features'], outputs['image']
    cases: dict[str, tuple[Callable[..., Tensor], list[Tensor]]] = dict(
        label_generator=(lambda x: model.label_generator(x).sum(), [image]),
        label_cross_entropy=(lambda x: F.cross_entropy(x, seen, ignore_index=unknown), [logits]),
        similarity=(lambda x: model.similarity_loss(x, labels, unknown), [logits]),
        pixel_contrast=(
            lambda *x: pixel_contrast(dict(zip(features, x)), labels, unknown),
            list(features.values()),
        ),
        multi_scale_contrast=(
            lambda *x: model.contrast_loss(dict(zip(features, x)), labels, unknown),
            list(features.values()),
        ),
        class_specific_pixel=(
            lambda x: model.class_pixel_loss(x, inputs['image'], labels, unknown, unknown),
            [image],
        ),
    )
    return {name: _median(device, *case) for name, case in cases.items()}


def _median(device: torch.device, loss: Callable[..., Tensor], values: list[Tensor]) -> float:
    values = [value.detach().clone().requires_grad_() for value in values]
    times = []
    for _ in range(REPEATS + 1):
        synchronize(device)
        start = time.perf_counter()
        torch.autograd.backward(loss(*values))
        synchronize(device)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])
