"""Which pairs are judged and perceived in which iteration, and what each of them weighs."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from ...errors import ConfigError
from . import objective


@dataclass(frozen=True)
class LinearRamp:
    """A weight that goes along a straight line from one value to another.

    Args:
        start: Its value up to iteration ``begin``; 0 or more.
        end: Its value from iteration ``until`` on; 0 or more.
        begin: Iteration, 0 or more.
        until: A later iteration.

    Raises:
        ConfigError: A value is out of its range.
    """

    start: float
    end: float
    begin: int
    until: int

    def __post_init__(self) -> None:
        for name in ('start', 'end'):
            value = getattr(self, name)
            if not _is(value, int | float) or not 0 <= value < math.inf:
                raise ConfigError(f'edge_weight is to be a number of 0 or more, got {value!r}')
        whole = _is(self.begin, int) and _is(self.until, int)
        if not whole or not 0 <= self.begin < self.until:
            raise ConfigError(
                'edge_weight is to change between two iterations, 0 <= begin < until, got '
                f'begin={self.begin!r}, until={self.until!r}'
            )

    def at(self, iteration: int) -> float:
        """The weight in an iteration, counted from 0."""
        if iteration >= self.until:
            return self.end
        share = max(iteration - self.begin, 0) / (self.until - self.begin)
        return self.start + share * (self.end - self.start)


def ramp_of(value: float | Mapping[str, Any]) -> LinearRamp:
    """The course of a weight, from a config's number or dict of :class:`LinearRamp`'s values.

    Raises:
        ConfigError: It is neither.
    """
    if not isinstance(value, Mapping):
        return LinearRamp(value, value, 0, 1)
    names = [field.name for field in fields(LinearRamp)]
    if set(value) != set(names):
        raise ConfigError(
            f'edge_weight is to be a number, or a dict of {", ".join(names)}, got {dict(value)}'
        )
    return LinearRamp(**value)


class PairPlan:
    """What the model's options say about pairs, asked for by iteration.

    A pair that is not due is left out of an update: of both adversarial losses, of feature matching
    and of the discriminator's regularisers. Nothing else weighs more for it: lambda stays, photos
    weigh as much as all that is left to compare them with. Weights that such a pair alone trains
    have a gradient of zeros in the update: without momentum they stay where they are, while Adam's
    second moment fades. Edges and coarse image are generated in any case, and learn from the losses
    that need no discriminator and from the image that they help to make.

    Args:
        judged: Pairs that are judged at all.
        perceived: Pairs that the perceptual loss compares.
        edge_weight: Weight of the edges' pair beside the others' 1 and lambda, see :func:`ramp_of`;
            of the photos' edges, too. That of the perceptual loss is another.
        judged_every: By pair, every how many rounds it is judged; 1 where nothing is said. A round
            is the discriminator's iterations up to one that updates the generator. Where gradients
            of several batches are accumulated, an iteration is a batch.
        discriminator_steps: Iterations in a round.
        perceived_every: By pair, every how many rounds the perceptual loss compares it; 1 where
            nothing is said. It is left out of the others likewise.

    Raises:
        ConfigError: A value is out of its range, or a pair is named that is not judged.
    """

    def __init__(
        self,
        judged: Sequence[str],
        perceived: Sequence[str] = objective.PAIRS,
        edge_weight: float | Mapping[str, Any] = 1.0,
        judged_every: Mapping[str, int] | None = None,
        discriminator_steps: int = 1,
        perceived_every: Mapping[str, int] | None = None,
    ) -> None:
        self.judged = objective.check_pairs(judged, 'judged', needed='image')
        self.perceived = objective.check_pairs(perceived, 'perceived')
        self.edge_weight = ramp_of(edge_weight)
        self.judged_every = dict(judged_every or {})
        self.perceived_every = dict(perceived_every or {})
        self.discriminator_steps = discriminator_steps
        beside = [name for name in self.judged if name != 'image']
        _check_intervals(self.judged_every, 'judged_every', beside, ', judged beside the image')
        _check_intervals(self.perceived_every, 'perceived_every', self.perceived)

    def due(self, iteration: int) -> tuple[str, ...]:
        """The pairs that are judged in an iteration; all of them in the first."""
        return self._due(self.judged, self.judged_every, iteration)

    def compared(self, iteration: int) -> tuple[str, ...]:
        """The pairs that the perceptual loss compares in an iteration; all of them in the first."""
        return self._due(self.perceived, self.perceived_every, iteration)

    def _due(
        self, names: Sequence[str], every: Mapping[str, int], iteration: int
    ) -> tuple[str, ...]:
        number = iteration // self.discriminator_steps
        return tuple(name for name in names if number % every.get(name, 1) == 0)

    def weights(
        self, made: Collection[str], final_weight: float, iteration: int
    ) -> dict[str, float]:
        """Weight of each pair, whether it is due or not.

        Args:
            made: What the generator makes.
            final_weight: lambda.
            iteration: Count of iterations.
        """
        names = [name for name in self.judged if name in made]
        return objective.pair_weights(names, final_weight, self.edge_weight.at(iteration))


def _check_intervals(
    every: Mapping[str, int], option: str, names: Sequence[str], what: str = ''
) -> None:
    """Whether every so many rounds is said of pairs that there are, in whole numbers."""
    for name, interval in every.items():
        if name not in names:
            raise ConfigError(f'{option} is for pairs of {[*names]}{what}, got {name!r}')
        if not _is(interval, int) or interval < 1:
            raise ConfigError(
                f'{option}.{name} is to be a whole number of 1 or more, got {interval!r}'
            )


def _is(value: object, kind: Any) -> bool:
    """Whether a config's value is a number of a kind; True and False are none."""
    return isinstance(value, kind) and not isinstance(value, bool)
