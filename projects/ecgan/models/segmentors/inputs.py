"""The generator's pictures as a segmentor wants them."""

from torch import Tensor, nn


def to_segmentor_input(image: Tensor, preprocessor: nn.Module) -> Tensor:
    """From RGB in [-1, 1] to what the segmentor's own preprocessor makes of BGR bytes.

    Args:
        image: ``(N, 3, H, W)``.
        preprocessor: mmsegmentation's ``SegDataPreProcessor``; a preprocessor of another kind, as
            models without one have it, leaves the image as it is.

    Returns:
        ``(N, 3, H, W)``.
    """
    # OneDL's fork calls it otherwise.
    names = ('channel_conversion', '_channel_conversion')
    found = [getattr(preprocessor, each) for each in names if hasattr(preprocessor, each)]
    if not found:
        return image
    x = (image + 1) * 127.5
    if not found[0]:
        x = x.flip(1)
    if preprocessor._enable_normalize:
        x = (x - preprocessor.mean) / preprocessor.std
    return x
