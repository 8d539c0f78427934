"""Layouts of a data set, to start from."""

import numpy as np
from mmagic.registry import DATASETS, TRANSFORMS
from mmengine.config import ConfigDict
from mmengine.dataset import BaseDataset

from ..datasets.label_files import UNKNOWN_OF_MANY
from ..errors import DataError, UserError
from ..inference import ECGANInferencer
from ..inference.training_knowledge import LOADERS
from ..models.parts.registered import from_registered


class DatasetLayouts:
    """The layouts of the data set that a model is tested on (validated, trained), as it makes them.

    Attributes:
        reason: Why there is none, '' where there are some.

    Args:
        config: Config of the data set; None: there is none.
    """

    def __init__(self, config: ConfigDict | None) -> None:
        self.reason = ''
        self._dataset = ()
        if not config:
            self.reason = 'the config of the checkpoint names no data set'
            return
        try:
            self._dataset = from_registered(lambda: _build(config), DATASETS, TRANSFORMS)
        except UserError as error:
            self.reason = error.sentence
        except OSError as error:
            self.reason = str(error)

    @classmethod
    def of(cls, inferencer: ECGANInferencer) -> 'DatasetLayouts':
        """Those of the data set that a model is tested on, or validated, or trained."""
        loaders = (inferencer.cfg.get(name) or {} for name in LOADERS)
        found = filter(None, (loader.get('dataset') for loader in loaders))
        return cls(next(found, None))

    def __len__(self) -> int:
        return len(self._dataset)

    def layout(self, index: int) -> np.ndarray:
        """One of them, (H, W) uint16; the index is counted around.

        Raises:
            UserError: Its files cannot be read, or hold an id that no class has.
        """
        sample = self._dataset[index % len(self)]
        ids = sample['inputs']['label'].numpy()
        if ids.max() > UNKNOWN_OF_MANY or ids.min() < 0:
            name = sample['data_samples'].get('seg_map_path', sample['data_samples'].sample_name)
            raise DataError(f'{name}: label ids {ids.min()} to {ids.max()} are of no class')
        return ids.astype(np.uint16)


def _build(config: ConfigDict) -> BaseDataset:
    # The transforms of its pipeline are looked up in the scope that is set.
    with DATASETS.switch_scope_and_registry('mmagic') as registry:
        return registry.build(config)
