"""What the parts of a model take and return, so that parts from elsewhere can stand in for them.

A part is accepted by what it can be called with and by the attributes that it has, never by its
class. Models ask :func:`check_part` while they are built, so that what does not fit is refused with
one sentence before anything runs. ``docs/write_a_part.md`` tells the same with examples.

Value ranges: images and edges ``(N, 3, H, W)`` RGB in [-1, 1]; labels int64 ``(N, H, W)``, ids
0 .. N - 1, unknown pixels = N.
"""

import inspect
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from torch import Tensor, nn

from ...errors import ConfigError
from ...structures import AnyLayout

# Per scale: stage outputs, then the prediction.
ScaleOutputs = Sequence[Sequence[Tensor]]


class Generator(Protocol):
    """From layouts to images."""

    def forward(
        self, layout: AnyLayout, return_features: Collection[str] = ()
    ) -> dict[str, Tensor | dict[str, Tensor]]:
        """Generate.

        Args:
            layout: N layouts of ``(H, W)``; ``layout.one_hot()`` gives the channels
                ``(N, N', H, W)``.
            return_features: Names of features that a loss wants as well.

        Returns:
            ``image`` ``(N, 3, H, W)``; perhaps ``coarse`` and ``edge`` of that shape, which are
            then judged as well; ``features``: the wanted ones by name, ``(N, C, h, w)``.
        """


class FeatureGenerator(Generator, Protocol):
    """A generator that offers features to the losses, as the contrast losses need it."""

    feature_channels: Mapping[str, int]
    feature_names_fine_to_coarse: Sequence[str]


class Trunk(Protocol):
    """The shared encoder E of :class:`ECGANGenerator` and :class:`SPADEGenerator`."""

    out_channels: int
    feature_channels: Mapping[str, int]
    feature_names_fine_to_coarse: Sequence[str]

    def forward(
        self, layout: AnyLayout, return_features: Collection[str] = ()
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Encode.

        Args:
            layout: N layouts of ``(H, W)``.
            return_features: Names of features that are wanted as well.

        Returns:
            F ``(N, out_channels, H, W)``, and the wanted features by name.
        """


class Discriminator(Protocol):
    """Judges images beside their layouts.

    One with ``judges_edges = False`` never gets edges. One with ``judges_named_pairs = True`` gets
    each group as a dict by name (``image``, ``coarse``, ``edge``) and returns dicts, so that it can
    tell edges from images; a bare tensor holds images then.
    """

    def forward(self, layout: AnyLayout, *groups: Tensor) -> Sequence[ScaleOutputs]:
        """Judge.

        Args:
            layout: N layouts.
            *groups: Photos, generated images or edges, each ``(P * N, 3, H, W)`` with image p of
                layout n at row ``p * N + n``; P may differ between groups.

        Returns:
            Per group, per scale: any number of stage outputs, then the prediction, all of P * N
            rows. Stage outputs serve feature matching.
        """


class LabelGenerator(Protocol):
    """From images back to layouts."""

    def forward(self, image: Tensor) -> Tensor:
        """Predict.

        Args:
            image: ``(N, 3, H, W)``; a coarse image may exceed [-1, 1].

        Returns:
            Logits ``(N, classes, h, w)``, of the image's size or smaller.
        """


# What a part is called with: positional arguments, and keywords.
_CALLS: dict[type, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Generator: (('layout',), ('return_features',)),
    FeatureGenerator: (('layout',), ('return_features',)),
    Trunk: (('layout', 'return_features'), ()),
    Discriminator: (('layout', 'photos', 'generated'), ()),
    LabelGenerator: (('image',), ()),
}


def check_part(part: nn.Module, contract: type, remedy: str) -> None:
    """Refuse a built part that cannot be called as its contract says, or lacks what it is to offer.

    Raises:
        ConfigError: The part does not fit; the sentence ends with the remedy.
    """
    name, role = type(part).__name__, contract.__name__
    lacking = [
        attribute
        for base in reversed(contract.__mro__)
        for attribute in vars(base).get('__annotations__', {})
        if not attribute.startswith('_') and not hasattr(part, attribute)
    ]
    if lacking:
        raise ConfigError(f'{name} is no {role}: it has no {", ".join(lacking)}; {remedy}')
    positional, keywords = _CALLS[contract]
    try:
        inspect.signature(part.forward).bind(*positional, **dict.fromkeys(keywords))
    except TypeError:
        wanted = ', '.join([*positional, *(f'{key}=...' for key in keywords)])
        taken = ', '.join(inspect.signature(part.forward).parameters)
        raise ConfigError(
            f'{name} is no {role}: its forward takes ({taken}), not ({wanted}); {remedy}'
        ) from None


def fits(part: nn.Module, contract: type) -> bool:
    """Whether a built part can be called as its contract says and has what it has to offer."""
    try:
        check_part(part, contract, '')
    except ConfigError:
        return False
    return True
