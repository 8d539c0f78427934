"""Label maps to begin with, for who has none at hand."""

from pathlib import Path

from ..compat.atomic_checkpoints import write_atomically
from ..errors import MissingFileError
from ..inference import ECGANInferencer
from .dataset_layouts import DatasetLayouts
from .label_set import LabelSet
from .layout_files import write_layout


def write_sample_layouts(
    inferencer: ECGANInferencer, folder: str | Path, count: int = 8
) -> list[Path]:
    """Write layouts of the data set that a model is tested on; drawn scenes are always there.

    Args:
        inferencer: The model.
        folder: Where to; a file that is there stays as it is.
        count: How many, at most.

    Returns:
        The files, ``layout_0.png`` and so on, as the model's inferencer reads them.

    Raises:
        MissingFileError: The data set is not at hand.
        DataError: Its files cannot be read.
    """
    layouts, labels = DatasetLayouts.of(inferencer), LabelSet.of(inferencer)
    if not len(layouts):
        raise MissingFileError(
            'name label maps, or a folder of them: the data set on which the model is tested is '
            f'not at hand ({layouts.reason})'
        )
    files = [Path(folder, f'layout_{index}.png') for index in range(min(count, len(layouts)))]
    for index, file in enumerate(files):
        if not file.exists():
            write_atomically(write_layout(layouts.layout(index), labels), file)
    return files
