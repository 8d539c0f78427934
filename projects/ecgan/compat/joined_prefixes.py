"""With OneDL's MMEngine the folders of a data set are ``Path`` where its root is one.

Versions: onedl-mmengine 0.10.12.
Upstream: no report found; the change is in ``mmengine/fileio/backends/local_backend.py``.

The fork's ``join_path`` gives back the type that it gets, MMEngine's a text. ``BaseDataset`` joins
``data_root`` with it, and MMagic's data sets take ``ann_file`` and ``data_prefix`` for texts, as
MMEngine documents them. Here a data set has texts again; ``join_path`` stays as the fork has it.
"""

import functools
import os
from types import ModuleType

from ._defect import Defect
from ._versions import installed


def _patch(base_dataset: ModuleType) -> None:
    data_set = base_dataset.BaseDataset
    join = data_set._join_prefix

    @functools.wraps(join)
    def join_prefix(self) -> None:
        join(self)
        if isinstance(self.ann_file, os.PathLike):
            self.ann_file = str(self.ann_file)
        for key, prefix in self.data_prefix.items():
            if isinstance(prefix, os.PathLike):
                self.data_prefix[key] = str(prefix)

    data_set._join_prefix = join_prefix


DEFECT = Defect(
    name='joined_prefixes',
    versions='onedl-mmengine 0.10.12',
    needed=lambda: installed('onedl-mmengine') is not None,
    patches={'mmengine.dataset.base_dataset': _patch},
    cured='folders of data sets are texts',
    sound="not OneDL's mmengine",
)
