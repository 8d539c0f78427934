"""Errors that a user can cause and mend: one sentence that says what, where, and what to do.

The tools print such an error as one line and end with status 2; the traceback goes to the log of
the run. Any other exception is a defect, and shows its traceback. The subclasses are also what
Python calls such an error, so that callers who know nothing of this project can catch them.

A training that a signal ended in good order is no error: :class:`InterruptionError`.
"""

from pathlib import Path

# Exit status of a training that saved itself and is to be started again with --resume: EX_TEMPFAIL
# of sysexits.h, "try again later".
RESUME_STATUS = 75

# Exit status of a training that was resumed where it is complete already: nothing was done.
COMPLETE_STATUS = 3

# Modules of the toolbox, which comes from OpenMMLab or from OneDL.
TOOLBOX = ('mmengine', 'mmcv', 'mmagic', 'mmseg')
_CHECKOUT = Path(__file__).resolve().parents[2]


class UserError(Exception):
    """A file, a config or a machine that does not do; the message is one sentence."""

    @property
    def sentence(self) -> str:
        """The message in one line, also where a data-loader worker has wrapped it in a traceback.

        PyTorch raises a worker's error anew in the main process, as the same class, with the
        printed traceback of the worker as its message.
        """
        _, _, message = str(self).rpartition(f'{type(self).__module__}.{type(self).__qualname__}: ')
        return ' '.join(message.split())


class ConfigError(UserError, ValueError):
    """Settings that are out of range, or that do not fit together or the data."""


class DataError(UserError, ValueError):
    """A picture, a label map or another file that does not hold what it should."""


class CheckpointError(UserError, ValueError):
    """A checkpoint that does not fit or may not be loaded."""


class MissingFileError(UserError, FileNotFoundError):
    """A file or folder that is neither here nor can be fetched."""


class WorkDirError(UserError, RuntimeError):
    """A work dir that another run uses."""


class DivergenceError(UserError, ArithmeticError):
    """A training whose losses, gradients or weights are no longer finite."""


class MissingToolboxError(UserError, ImportError):
    """The toolbox, which this package does not depend on, is not installed, or not all of it.

    Args:
        module: One of :data:`TOOLBOX` that was not found.
    """

    def __init__(self, module: str) -> None:
        package = _CHECKOUT if (_CHECKOUT / 'pyproject.toml').is_file() else 'ecgan-mmagic'
        super().__init__(
            f"{module} is not installed: pip install '{package}[openmmlab]' for OpenMMLab's "
            f"toolbox, or pip install '{package}[onedl]' for OneDL's maintained forks of it"
        )


class InterruptionError(Exception):
    """A training that was asked to stop, and has; the message says where it goes on."""


def one_line(error: BaseException) -> str:
    """Class and message of any exception in one line."""
    return f'{type(error).__name__}: {" ".join(str(error).split())}'
