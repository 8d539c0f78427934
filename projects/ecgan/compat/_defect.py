"""What a compatibility module consists of: one defect of the toolbox, and its cure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ._import_hook import Patch, before_import, when_imported
from ._versions import older_than


@dataclass
class Defect:
    """A defect of an installed package, and what is patched where it is present.

    Attributes:
        name: Name of the module in this package.
        versions: The versions that it concerns, for readers.
        upstream: Address of the report; '' where none was found.
        needed: Whether the installed versions have the defect.
        patches: Module -> function that mends it right after its import.
        cured: One line on what holds once the patches are there.
        sound: One line on why nothing had to be done.
        preparations: Module -> function that gets it right before its code runs.
        applied: Whether the patches are there.
    """

    name: str
    versions: str
    upstream: str
    needed: Callable[[], bool]
    patches: Mapping[str, Patch]
    cured: str
    sound: str
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


def old_mmengine() -> bool:
    """Whether the installed mmengine, or OneDL's fork of it, is a release with the defects."""
    return older_than('mmengine', '0.10.8') or older_than('onedl-mmengine', '0.10.13')


# What `sound` says of a newer release than those.
UNCHECKED_MMENGINE = 'this mmengine was not checked for the defect'
