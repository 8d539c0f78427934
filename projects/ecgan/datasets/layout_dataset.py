"""Photos and label maps (instance maps, edge maps) in folders."""

import logging
import os.path as osp
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import mmengine.fileio as fileio
from mmagic.registry import DATASETS
from mmengine.dataset import BaseDataset
from mmengine.logging import print_log
from mmseg.registry import DATASETS as SEG_DATASETS

from ..errors import ConfigError, DataError, MissingFileError, UserError
from .file_walk import walk
from .label_files import UNKNOWN, LabelCoding, Reading
from .palettes import generated_palette, label_preset
from .transforms.wide_ids import check_wide_ids

#: Ends of the names of files that may be photos.
PHOTO_SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff', '.webp')
_SHOWN = 10


class _Part(NamedTuple):
    """What is called, key of the path in a sample, folder, ends of the files' names."""

    kind: str
    key: str
    folder: str
    suffixes: tuple[str, ...]


@SEG_DATASETS.register_module()
@DATASETS.register_module()
class LayoutImageDataset(BaseDataset):
    """Pairs of photo and label map, matched by name: the path below the folder without the suffix.

    So 'aachen/aachen_000000_000019' joins ``img_dir/aachen/aachen_000000_000019_leftImg8bit.png``
    and ``label_dir/aachen/aachen_000000_000019_gtFine_labelIds.png``. Upper and lower case of a
    suffix are alike. Every photo needs its label map (and instance map and edge map, where their
    folders are given); label maps without a photo are left out, and so are pictures beside the
    photos that end otherwise: one warning tells their number. Everything missing is reported at the
    start. Without a folder of photos every label map is a sample: to generate from, not to train or
    to compare with. Two kinds may lie in one folder: a file belongs to the longest suffix.

    Each item that enters the pipeline has ``img_path``, ``seg_map_path``, ``instance_path`` and
    ``edge_path`` (where given), ``sample_name``, ``sample_idx``, ``label_coding`` for
    ``LoadLabelMap``, ``label_map`` and ``reduce_zero_label`` for mmsegmentation's
    ``LoadAnnotations``, and an empty ``seg_fields``. It is a data set of mmsegmentation too.

    Args:
        img_dir: Folder of the photos, relative to ``data_root`` or absolute; None: no photos.
        label_dir: Folder of the label maps.
        instance_dir: Folder of the instance maps; None: none.
        edge_dir: Folder of precomputed edge maps; None: none.
        data_root: What the folders are relative to.
        img_suffix: End of a photo's file name, or several.
        label_suffix: End of a label map's file name, or several.
        instance_suffix: End of an instance map's file name, or several.
        edge_suffix: End of an edge map's file name, or several.
        ann_file: Text file with one name a line, without suffix, relative to ``data_root``: only
            these are used; '' for all.
        labels: 'cityscapes', 'ade20k', 'coco_stuff', 'camvid' or 'scenes': whose classes and
            palette these are.
        metainfo: Classes and palette otherwise, or what replaces some of them. Classes without a
            palette get a generated one.
        label_map: Id in the files -> id of the layout, or 255 for unknown; the others stay. With
            more than 255 classes 255 is a class and 65535 is unknown.
        label_colours: RGB colour of each id, where the files hold colours; ``label_map`` comes
            after it. None: the palette, if one was given.
        reduce_zero_label: In the files 0 means unknown and classes start at 1.
        reading: How the files say their ids, as ``dict(palette='grey')``; see
            :class:`~projects.ecgan.datasets.label_files.Reading`.
        indices: A number of samples to keep (from the end if negative), or the samples to keep.
        pipeline: Transforms.
        test_mode: As in MMEngine's ``BaseDataset``.
        lazy_init: Look at the files only when the first sample is asked for.
        backend_args: Where files come from, see ``mmengine.fileio``.

    Raises:
        MissingFileError: A folder or the list of names is missing, or it holds no file with the
            suffix.
        DataError: A photo has no label map (instance map, edge map) or two, or a listed name no
            photo.
        ConfigError: ``label_map`` and ``reduce_zero_label`` are both given, there is no such
            reading, or something takes 255 for unknown with more than 255 classes.
    """

    def __init__(
        self,
        img_dir: str | None = None,
        label_dir: str = '',
        instance_dir: str | None = None,
        edge_dir: str | None = None,
        data_root: str = '',
        img_suffix: str | Sequence[str] = '.jpg',
        label_suffix: str | Sequence[str] = '.png',
        instance_suffix: str | Sequence[str] = '.png',
        edge_suffix: str | Sequence[str] = '.png',
        ann_file: str = '',
        labels: str | None = None,
        metainfo: dict | None = None,
        label_map: Mapping[int, int] | None = None,
        label_colours: Sequence[Sequence[int]] | None = None,
        reduce_zero_label: bool = False,
        reading: Mapping[str, str] | None = None,
        indices: int | Sequence[int] | None = None,
        pipeline: Sequence[dict | Callable] = (),
        test_mode: bool = False,
        lazy_init: bool = False,
        backend_args: dict | None = None,
    ) -> None:
        self.backend_args = backend_args
        # The first gives the names.
        self._parts = [
            _Part(kind, key, folder, _lower(suffix))
            for kind, key, folder, suffix in (
                ('photo', 'img_path', img_dir, img_suffix),
                ('label map', 'seg_map_path', label_dir, label_suffix),
                ('instance map', 'instance_path', instance_dir, instance_suffix),
                ('edge map', 'edge_path', edge_dir, edge_suffix),
            )
            if folder is not None
        ]
        merged = {**(label_preset(labels) if labels else {}), **(metainfo or {})}
        named = merged.get('classes') or merged.get('palette') or ()
        self.label_coding = LabelCoding(
            label_colours or merged.get('palette'),
            label_map or {},
            reduce_zero_label,
            Reading.of(reading),
            len(named) or None,
            of_classes=not label_colours,
        )
        if 'classes' in merged:
            merged.setdefault('palette', generated_palette(len(merged['classes'])))
        super().__init__(
            ann_file=ann_file,
            metainfo=merged,
            data_root=data_root,
            data_prefix={part.key: part.folder for part in self._parts},
            indices=indices,
            pipeline=list(pipeline),
            test_mode=test_mode,
            lazy_init=lazy_init,
        )
        _check_unknown(self.label_coding)
        check_wide_ids(self.pipeline.transforms, len(named))

    def load_data_list(self) -> list[dict]:
        """Match the files of all folders by name."""
        parts = [part._replace(folder=self.data_prefix[part.key]) for part in self._parts]
        listings = {part.folder: self._list(part) for part in parts}
        found = [self._find(part, listings[part.folder], parts) for part in parts]
        names = self._listed(found[0], parts[0]) if self.ann_file else sorted(found[0])
        for part, files in zip(parts, found):
            self._check(names, files, part)
        if not self.ann_file:
            self._warn_of_others(parts, found, listings)
        return [
            {
                **{
                    part.key: osp.join(part.folder, files[name][0])
                    for part, files in zip(parts, found)
                },
                'sample_name': name,
                'seg_fields': [],
            }
            for name in names
        ]

    def get_data_info(self, idx: int) -> dict:
        """A sample before the pipeline, with what its label map means."""
        coding = self.label_coding
        return {
            **super().get_data_info(idx),
            'label_coding': coding,
            'label_map': coding.label_map or None,
            'reduce_zero_label': coding.reduce_zero_label,
        }

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

    def _list(self, part: _Part) -> list[str]:
        """All files below a folder."""
        if not fileio.isdir(part.folder, backend_args=self.backend_args):
            raise MissingFileError(
                f'no folder of {part.kind}s at {osp.abspath(part.folder)}: set data_root (and the '
                'folders below it) of the data set'
            )
        backend = fileio.get_file_backend(part.folder, backend_args=self.backend_args)
        if type(backend) is fileio.LocalBackend:
            return sorted(
                path.relative_to(part.folder).as_posix() for path in walk(Path(part.folder))
            )
        return sorted(backend.list_dir_or_file(part.folder, list_dir=False, recursive=True))

    def _find(self, part: _Part, files: list[str], parts: list[_Part]) -> dict[str, list[str]]:
        """Names of the files of a kind, and the files that have the name."""
        # What lies in the same folder may end alike: 'a_L.png' is no photo.
        known = [s for other in parts if other.folder == part.folder for s in other.suffixes]
        found = defaultdict(list)
        for path in files:
            suffix = _suffix_of(path, known)
            if suffix in part.suffixes:
                found[path[: -len(suffix)]].append(path)
        if not found:
            raise MissingFileError(
                f'no {part.kind} in {osp.abspath(part.folder)}: none of its {len(files)} files '
                f'ends with {_either(part.suffixes)}'
                + (f', the first is {files[0]!r}' if files else '')
            )
        return found

    def _listed(self, found: Mapping[str, list[str]], part: _Part) -> list[str]:
        """Names of ``ann_file``, all of which must have a file in the first folder."""
        if not fileio.exists(self.ann_file, backend_args=self.backend_args):
            raise MissingFileError(f'no list of names at {osp.abspath(self.ann_file)}')
        lines = fileio.get_text(self.ann_file, backend_args=self.backend_args).splitlines()
        names = [line.strip() for line in lines if line.strip()]
        missing = [name for name in names if name not in found]
        if missing or not names:
            raise DataError(
                f'{len(missing)} of the {len(names)} names in {self.ann_file} have no {part.kind} '
                f'with suffix {_either(part.suffixes)} in {part.folder}: {_some(missing)}'
            )
        return names

    def _check(self, names: list[str], found: Mapping[str, list[str]], part: _Part) -> None:
        """Every name must have one file in this folder."""
        missing = [name for name in names if name not in found]
        if missing:
            raise DataError(
                f'{len(missing)} of {len(names)} {self._parts[0].kind}s have no {part.kind} with '
                f'suffix {_either(part.suffixes)} in {part.folder}: {_some(missing)}'
            )
        twice = [path for name in names if len(found[name]) > 1 for path in found[name]]
        if twice:
            raise DataError(f'several {part.kind}s of one name in {part.folder}: {_some(twice)}')

    def _warn_of_others(
        self, parts: list[_Part], found: list[dict[str, list[str]]], listings: dict[str, list[str]]
    ) -> None:
        """Say how many files are left out, without a word about each."""
        first, names = parts[0], found[0]
        texts = [
            f'{len(extra)} of {len(files)} {part.kind}s in {part.folder} have no {first.kind} and '
            f'are left out: {_some(sorted(extra))}'
            for part, files in zip(parts[1:], found[1:])
            if (extra := files.keys() - names.keys())
        ]
        known = [s for part in parts if part.folder == first.folder for s in part.suffixes]
        extra = [
            path
            for path in listings[first.folder]
            if path.lower().endswith(PHOTO_SUFFIXES) and _suffix_of(path, known) is None
        ]
        if extra and first.key == 'img_path':
            texts.append(
                f'{len(extra)} pictures in {first.folder} do not end with '
                f'{_either(first.suffixes)} and are left out: {_some(extra)}'
            )
        if texts:
            print_log('; '.join(texts), logger='current', level=logging.WARNING)


def _check_unknown(coding: LabelCoding) -> None:
    """Stop where 255 was written for unknown, but is a class."""
    merged = [old for old, new in coding.label_map.items() if new == UNKNOWN]
    if merged and coding.unknown != UNKNOWN and UNKNOWN not in coding.label_map:
        raise ConfigError(
            f'label_map gives ids {_some([str(old) for old in merged])} to 255, which is one of '
            f'the {coding.num_classes} classes: unknown is {coding.unknown} here (where they shall '
            'be class 255, add 255: 255)'
        )


def _lower(suffix: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(each.lower() for each in ([suffix] if isinstance(suffix, str) else suffix))


def _suffix_of(path: str, suffixes: Sequence[str]) -> str | None:
    """The longest of the suffixes that a file's name has; None: it has none."""
    lower = path.lower()
    return max((each for each in suffixes if lower.endswith(each)), key=len, default=None)


def _either(suffixes: Sequence[str]) -> str:
    return ' or '.join(map(repr, suffixes))


def _some(names: list[str]) -> str:
    """The first names of a list, and how many more there are."""
    more = f' and {len(names) - _SHOWN} more' if len(names) > _SHOWN else ''
    return ', '.join(names[:_SHOWN]) + more
