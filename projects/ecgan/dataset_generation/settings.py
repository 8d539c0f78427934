"""What a set of pictures is made of, and what of it decides the pictures."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import ConfigError

#: What may happen to a layout before a picture of it is made, in the order in which it happens.
CHANGES = ('recombine', 'flip', 'crop', 'warp')


@dataclass(frozen=True)
class SetSettings:
    """What decides the pictures of a set, beside the model and the label maps.

    Attributes:
        changes: Among :data:`CHANGES`; () leaves layouts as they are.
        copies: Pictures of each label map, each with changes and noise of its own.
        rare: Names of the classes whose objects are pasted by ``recombine``; () for those that
            cover less than a fiftieth of the known pixels.
        seed: Decides every random choice.

    Raises:
        ConfigError: A change is unknown, there are no copies, or classes are named and nothing is
            recombined.
    """

    changes: tuple[str, ...] = ()
    copies: int = 1
    rare: tuple[str, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        wrong = [each for each in self.changes if each not in CHANGES]
        if wrong:
            raise ConfigError(f'a change of layouts is one of {CHANGES}, got {wrong[0]!r}')
        if self.copies < 1:
            raise ConfigError(f'copies of a layout must be 1 or more, got {self.copies}')
        if self.rare and 'recombine' not in self.changes:
            raise ConfigError(
                f"rare={self.rare} means nothing without the change 'recombine', which pastes them"
            )

    def as_json(self) -> dict[str, Any]:
        """The settings as a set's file keeps them."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}

    def rare_ids(self, classes: Sequence[str], pixels: Sequence[int]) -> list[int]:
        """Ids of the classes whose objects are pasted.

        Args:
            classes: Names of all classes.
            pixels: How many pixels each has in the label maps.

        Raises:
            ConfigError: A name is that of no class.
        """
        wrong = [each for each in self.rare if each not in classes]
        if wrong:
            raise ConfigError(f'no class {wrong[0]!r}: the model has {", ".join(classes)}')
        if self.rare:
            return [classes.index(each) for each in self.rare]
        bound = sum(pixels) / 50
        return [index for index, count in enumerate(pixels) if 0 < count < bound]
