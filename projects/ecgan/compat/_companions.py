"""The packages that MMagic's diffusion editors and albumentations wrappers are written against."""

import functools
import importlib.util
from dataclasses import dataclass

from ._versions import installed


@dataclass(frozen=True)
class Companion:
    """A package that MMagic imports for some editors only.

    Attributes:
        module: Name by which it is imported.
        package: Name by which it is installed.
        works: The release that ``requirements/companions.txt`` names; '' for any.
        first: First release with the names that MMagic imports; '' for any.
        last: First release without them; '' where none is known.
    """

    module: str
    package: str
    works: str = ''
    first: str = ''
    last: str = ''

    @functools.cached_property
    def lack(self) -> str:
        """What keeps MMagic from using it, for the middle of a sentence; '' where it fits."""
        version = installed(self.package)
        if version is None:
            # A source tree on the path has no version: whether it fits is seen at its import.
            there = importlib.util.find_spec(self.module) is not None
            return '' if there else 'it is not installed'
        too_old = self.first and version < type(version)(self.first)
        too_new = self.last and version >= type(version)(self.last)
        return f'{version} is installed' if too_old or too_new else ''

    @property
    def wanted(self) -> str:
        """Package and version that work, for a sentence."""
        return f'{self.package} {self.works}'.rstrip()


# diffusers 0.29 and transformers 5 moved modules that MMagic imports, huggingface-hub 0.26 dropped
# a function that those diffusers import, face-alignment 1.4 renamed a constant.
_ALL = (
    Companion('diffusers', 'diffusers', '0.24.0', '0.23', '0.29'),
    Companion('transformers', 'transformers', '4.36.2', '4.27', '5'),
    Companion('huggingface_hub', 'huggingface-hub', '0.25.2', '0.16', '0.26'),
    Companion('albumentations', 'albumentations', '1.4.3', '1.3'),
    Companion('pandas', 'pandas'),
    Companion('controlnet_aux', 'controlnet-aux', '0.0.10'),
    Companion('face_alignment', 'face-alignment', '1.3.4', '', '1.4'),
    Companion('clip', 'clip'),
    Companion('open_clip', 'open-clip-torch'),
)
COMPANIONS = {companion.module: companion for companion in _ALL}
