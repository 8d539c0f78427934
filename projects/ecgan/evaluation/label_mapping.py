"""From the label ids of a layout to the classes of a segmentor.

The generator is trained on every label of a data set, a segmentor predicts the scored ones only:

* ``cityscapes``: labelIds 0..33 (and 34, the licence plate of some copies) -> 19 trainIds;
* ``coco_stuff``: the 182 ids of the pixel maps -> 171 classes of COCO-Stuff 164k. The ids 11, 25,
  28, 29, 44, 65, 67, 68, 70, 82 and 90 (counted from 0, as stored in the maps) never occur;
* ``ade20k``: 150 classes after ``reduce_zero_label``, unknown ignored;
* ``identity``: as many classes as asked for, unknown ignored.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..datasets.label_files import UNKNOWN, unknown_id
from ..datasets.palettes import COCO_STUFF_UNUSED, label_preset
from ..errors import ConfigError

# Where nothing is scored, of the mappings onto fewer classes than the data set has.
IGNORED = UNKNOWN


def ignored_ids(ignore_index: int | Sequence[int] | None) -> tuple[int, ...]:
    """``ignore_index`` of a metric, one id, several or none, as ids."""
    if ignore_index is None:
        return ()
    return (ignore_index,) if isinstance(ignore_index, int) else tuple(ignore_index)


@dataclass(frozen=True)
class LabelMapping:
    """A table from layout label ids to segmentor classes.

    Args:
        name: Name of the mapping, as configs and reports give it.
        targets: Segmentor class of each layout label id, :attr:`ignored` where it is not scored.
        num_classes: Number of classes of the segmentor.
        classes: Their names.
    """

    name: str
    targets: tuple[int, ...]
    num_classes: int
    classes: tuple[str, ...]

    @property
    def ignored(self) -> int:
        """What stands for no class: 255, with more than 255 classes 65535."""
        return unknown_id(self.num_classes)

    def scored(self, ignore_index: int | Sequence[int] | None) -> list[int]:
        """Segmentor classes that take part: those of a layout label id that is not ignored."""
        ignored = ignored_ids(ignore_index)
        targets = {each for index, each in enumerate(self.targets) if index not in ignored}
        return sorted(targets - {self.ignored})

    def __call__(self, labels: Tensor, ignore_index: int | Sequence[int] | None = None) -> Tensor:
        """Map a label map.

        Args:
            labels: Layout label ids, (H, W) or (N, H, W). ``ignore_index``, the id right after the
                last one (``Layout``'s unknown) and the files' unknown, 255 or with more than 255
                ids 65535, stand for unknown pixels.
            ignore_index: A further value of unknown pixels in ``labels``, or several.

        Returns:
            Segmentor classes of the same shape, int64, :attr:`ignored` where nothing is scored.

        Raises:
            ConfigError: If an id is neither in the table nor unknown.
        """
        num_ids = len(self.targets)
        labels = labels.long()
        ignored = (*ignored_ids(ignore_index), unknown_id(num_ids))
        unknown = torch.isin(labels, torch.tensor(ignored, device=labels.device))
        labels = torch.where(unknown, num_ids, labels)
        if labels.numel() and (labels.min() < 0 or labels.max() > num_ids):
            alien = labels[(labels < 0) | (labels > num_ids)][0].item()
            raise ConfigError(
                f'Label id {alien} is unknown to the label mapping {self.name!r} of ids 0..'
                f'{num_ids - 1} (ignore_index {ignore_index}). Choose the mapping of the data set.'
            )
        table = torch.tensor((*self.targets, self.ignored), device=labels.device)
        return table[labels]


def _mmseg_classes(dataset: str) -> tuple[str, ...]:
    from mmseg.utils import get_classes

    return tuple(get_classes(dataset))


def build_label_mapping(
    name: str, num_classes: int | None = None, classes: tuple[str, ...] | None = None
) -> LabelMapping:
    """Build a mapping by name.

    Args:
        name: ``cityscapes``, ``coco_stuff``, ``ade20k`` or ``identity``.
        num_classes: Number of classes of ``identity``; not used by the others.
        classes: Class names of ``identity``; numbered when None.

    Returns:
        The mapping.

    Raises:
        ConfigError: If the name is unknown, or ``identity`` lacks ``num_classes``.
    """
    if name == 'cityscapes':
        scored = _mmseg_classes('cityscapes')
        position = {each: place for place, each in enumerate(scored)}
        targets = tuple(position.get(each, IGNORED) for each in label_preset(name)['classes'])
        return LabelMapping(name, targets, 19, scored)
    if name == 'coco_stuff':
        scored = [index for index in range(182) if index not in COCO_STUFF_UNUSED]
        position = {index: place for place, index in enumerate(scored)}
        targets = tuple(position.get(index, IGNORED) for index in range(182))
        return LabelMapping(name, targets, 171, _mmseg_classes('cocostuff'))
    if name == 'ade20k':
        return LabelMapping(name, tuple(range(150)), 150, _mmseg_classes('ade'))
    if name == 'identity':
        if num_classes is None:
            raise ConfigError("The label mapping 'identity' needs num_classes.")
        classes = classes or (f'class {index}' for index in range(num_classes))
        return LabelMapping(name, tuple(range(num_classes)), num_classes, tuple(classes))
    raise ConfigError(
        f'Unknown label mapping {name!r}; choose cityscapes, coco_stuff, ade20k or identity.'
    )
