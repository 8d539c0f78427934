"""What a compatibility module consists of: one defect of the toolbox, and its cure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ._import_hook import Patch, before_import, when_imported
from ._versions import older_than


def old_mmengine() -> bool:
    """Whether the installed mmengine, or OneDL's fork of it, is a release with the defects."""
    return older_than('mmengine', '0.10.8') or older_than('onedl-mmengine', '0.10.13')


def old_mmseg() -> bool:
    """Whether the installed MMSegmentation, or OneDL's fork, is a release with the defects."""
    return older_than('mmsegmentation', '1.2.3') or older_than('onedl-mmsegmentation', '1.4.3')


@dataclass
class Defect:
    """A defect of an installed package, MMEngine's if nothing else is said, and its patches.

    Attributes:
        name: Name of the module in this package.
        patches: Module -> function that mends it right after its import.
        cured: One line on what holds once the patches are there.
        sound: One line on why nothing had to be done.
        versions: The versions that it concerns, for readers.
        needed: Whether the installed versions have the defect.
        upstream: Address of the report; '' where none was found.
        preparations: Module -> function that gets it right before its code runs.
        applied: Whether the patches are there.
    """

    name: str
    patches: Mapping[str, Patch]
    cured: str
    sound: str = 'this mmengine was not checked for the defect'
    versions: str = 'mmengine <= 0.10.7, onedl-mmengine <= 0.10.12'
    needed: Callable[[], bool] = old_mmengine
    upstream: str = ''
    preparations: Mapping[str, Patch] = field(default_factory=dict)
    applied: bool = field(default=False, init=False)

    def apply(self) -> None:
        """Install the patches where they are needed; safe to call again."""
        if not self.applied and self.needed():
            self.applied = True
            for module, patch in self.patches.items():
                when_imported(module, patch)
            for module, prepare in self.preparations.items():
                before_import(module, prepare)

    @property
    def state(self) -> str:
        """``'applied'`` or ``'not needed'``."""
        return 'applied' if self.applied else 'not needed'

    @property
    def detail(self) -> str:
        """One line about what holds on this machine."""
        return self.cured if self.applied else self.sound
