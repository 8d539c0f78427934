"""Photos and label maps (instance maps, edge maps) in folders."""

import os.path as osp
from collections.abc import Callable, Sequence

import cv2
import mmengine.fileio as fileio
from mmagic.registry import DATASETS
from mmengine.dataset import BaseDataset
from mmseg.registry import DATASETS as SEG_DATASETS

from ..errors import DataError, MissingFileError, UserError
from .palettes import generated_palette, label_preset

_SHOWN = 10


@SEG_DATASETS.register_module()
@DATASETS.register_module()
class LayoutImageDataset(BaseDataset):
    """Pairs of photo and label map, matched by name: the path below the folder without the suffix.

    So 'aachen/aachen_000000_000019' joins ``img_dir/aachen/aachen_000000_000019_leftImg8bit.png``
    and ``label_dir/aachen/aachen_000000_000019_gtFine_labelIds.png``. Every photo needs its label
    map (and instance map and edge map, where their folders are given); a label map without a photo
    is left out. Everything missing is reported at the start. Without a folder of photos every label
    map is a sample: to generate from, not to train or to compare with.

    Each item that enters the pipeline has ``img_path``, ``seg_map_path``, ``instance_path`` and
    ``edge_path`` (where given), ``sample_name``, ``sample_idx``, ``reduce_zero_label`` and an empty
    ``seg_fields``. It is a data set of mmsegmentation too.

    Args:
        img_dir: Folder of the photos, relative to ``data_root`` or absolute; None: no photos.
        label_dir: Folder of the label maps.
        instance_dir: Folder of the instance maps; None: none.
        edge_dir: Folder of precomputed edge maps; None: none.
        data_root: What the folders are relative to.
        img_suffix: End of a photo's file name.
        label_suffix: End of a label map's file name.
        instance_suffix: End of an instance map's file name.
        edge_suffix: End of an edge map's file name.
        ann_file: Text file with one name a line, without suffix, relative to ``data_root``: only
            these are used; '' for all.
        labels: 'cityscapes', 'ade20k' or 'coco_stuff': classes and palette of these.
        metainfo: Classes and palette otherwise, or what replaces some of them. Classes without a
            palette get a generated one.
        reduce_zero_label: In the files 0 means unknown and classes start at 1.
        indices: A number of samples to keep (from the end if negative), or the samples to keep.
        pipeline: Transforms.
        test_mode: As in MMEngine's ``BaseDataset``.
        lazy_init: Look at the files only when the first sample is asked for.
        backend_args: Where files come from, see ``mmengine.fileio``.

    Raises:
        MissingFileError: A folder or the list of names is missing, or it holds no file with the
            suffix.
        DataError: A photo has no label map (instance map, edge map), or a listed name no photo.
    """

    def __init__(
        self,
        img_dir: str | None = None,
        label_dir: str = '',
        instance_dir: str | None = None,
        edge_dir: str | None = None,
        data_root: str = '',
        img_suffix: str = '.jpg',
        label_suffix: str = '.png',
        instance_suffix: str = '.png',
        edge_suffix: str = '.png',
        ann_file: str = '',
        labels: str | None = None,
        metainfo: dict | None = None,
        reduce_zero_label: bool = False,
        indices: int | Sequence[int] | None = None,
        pipeline: Sequence[dict | Callable] = (),
        test_mode: bool = False,
        lazy_init: bool = False,
        backend_args: dict | None = None,
    ) -> None:
        self.reduce_zero_label = reduce_zero_label
        self.backend_args = backend_args
        # What is called, key of the path in a sample, folder, suffix; the first gives the names.
        self._parts = [
            (kind, key, folder, suffix)
            for kind, key, folder, suffix in (
                ('photo', 'img_path', img_dir, img_suffix),
                ('label map', 'seg_map_path', label_dir, label_suffix),
                ('instance map', 'instance_path', instance_dir, instance_suffix),
                ('edge map', 'edge_path', edge_dir, edge_suffix),
            )
            if folder is not None
        ]
        merged = {**(label_preset(labels) if labels else {}), **(metainfo or {})}
        if 'classes' in merged:
            merged.setdefault('palette', generated_palette(len(merged['classes'])))
        super().__init__(
            ann_file=ann_file,
            metainfo=merged,
            data_root=data_root,
            data_prefix={key: folder for _, key, folder, _ in self._parts},
            indices=indices,
            pipeline=list(pipeline),
            test_mode=test_mode,
            lazy_init=lazy_init,
        )

    def load_data_list(self) -> list[dict]:
        """Match the files of all folders by name."""
        first, *others = [
            (kind, key, self.data_prefix[key], suffix) for kind, key, _, suffix in self._parts
        ]
        found = self._names(*first)
        names = self._listed(found) if self.ann_file else sorted(found)
        for part in others:
            self._check(names, self._names(*part), part)
        parts = [first, *others]
        return [
            {
                **{key: osp.join(folder, name + suffix) for _, key, folder, suffix in parts},
                'sample_name': name,
                'reduce_zero_label': self.reduce_zero_label,
                'seg_fields': [],
            }
            for name in names
        ]

    def prepare_data(self, idx: int) -> dict:
        """Run the pipeline on one sample.

        Raises:
            UserError: A transform failed; the message names the files of the sample.
        """
        try:
            return super().prepare_data(idx)
        except (UserError, OSError, ValueError, AssertionError, cv2.error) as error:
            # These are what a transform, the toolbox's too, says of a file or setting.
            kind = type(error) if isinstance(error, UserError) else DataError
            files = [value for key, value in self.get_data_info(idx).items() if 'path' in key]
            raise kind(f'{error} [sample {idx}: {", ".join(files)}]') from error

    def _names(self, kind: str, key: str, folder: str, suffix: str) -> set[str]:
        """Names of the files below a folder, without their suffix."""
        if not fileio.isdir(folder, backend_args=self.backend_args):
            raise MissingFileError(
                f'no folder of {kind}s at {osp.abspath(folder)}: set data_root (and the folders '
                'below it) of the data set'
            )
        files = fileio.list_dir_or_file(
            folder, list_dir=False, recursive=True, backend_args=self.backend_args
        )
        files = list(files)
        names = {path[: -len(suffix)] for path in files if path.endswith(suffix)}
        if not names:
            raise MissingFileError(
                f'no {kind} in {osp.abspath(folder)}: none of its {len(files)} files ends with '
                f'{suffix!r}' + (f', the first is {min(files)!r}' if files else '')
            )
        return names

    def _listed(self, found: set[str]) -> list[str]:
        """Names of ``ann_file``, all of which must have a file in the first folder."""
        if not fileio.exists(self.ann_file, backend_args=self.backend_args):
            raise MissingFileError(f'no list of names at {osp.abspath(self.ann_file)}')
        lines = fileio.get_text(self.ann_file, backend_args=self.backend_args).splitlines()
        names = [line.strip() for line in lines if line.strip()]
        missing = [name for name in names if name not in found]
        if missing or not names:
            kind, key, _, suffix = self._parts[0]
            raise DataError(
                f'{len(missing)} of the {len(names)} names in {self.ann_file} have no {kind} with '
                f'suffix {suffix!r} in {self.data_prefix[key]}: {_some(missing)}'
            )
        return names

    def _check(self, names: list[str], found: set[str], part: tuple[str, str, str, str]) -> None:
        """Every name must have its file in this folder."""
        kind, _, folder, suffix = part
        missing = [name for name in names if name not in found]
        if missing:
            raise DataError(
                f'{len(missing)} of {len(names)} {self._parts[0][0]}s have no {kind} with suffix '
                f'{suffix!r} in {folder}: {_some(missing)}'
            )


def _some(names: list[str]) -> str:
    """The first names of a list, and how many more there are."""
    more = f' and {len(names) - _SHOWN} more' if len(names) > _SHOWN else ''
    return ', '.join(names[:_SHOWN]) + more
