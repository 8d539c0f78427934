"""Pictures that are there already, in the place of the model that made them."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import torch
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from mmengine.model import BaseModel

from ..datasets.file_walk import walk
from ..datasets.layout_dataset import PHOTO_SUFFIXES
from ..datasets.photo_files import read_photo
from ..errors import DataError, MissingFileError


@MODELS.register_module()
class StoredPictures(BaseModel):
    """Gives the picture of each layout from a folder, so that it is measured as a model's is.

    A picture is called as its sample, its label map or its photo, without suffix; the folders in
    these names may be there or not.

    Args:
        folder: Of the pictures, as :class:`~projects.ecgan.engine.hooks.SaveImagesHook`, ``ecgan
            infer`` or any other tool wrote them.
        data_preprocessor: Config of the one of the recipe that measures.

    Raises:
        MissingFileError: The folder is missing, or holds no pictures.
    """

    def __init__(self, folder: str, data_preprocessor: dict | None = None) -> None:
        super().__init__(data_preprocessor and MODELS.build(data_preprocessor))
        self.folder = Path(folder).expanduser()
        if not self.folder.is_dir():
            raise MissingFileError(f'no folder of pictures at {folder}')
        files = [file for file in walk(self.folder) if file.name.lower().endswith(PHOTO_SUFFIXES)]
        if not files:
            raise MissingFileError(
                f'{folder} holds no pictures: files that end in {", ".join(PHOTO_SUFFIXES)}'
            )
        # By their paths below the folder, and by their names alone.
        self._exact: dict[str, list[Path]] = {}
        self._bare: dict[str, list[Path]] = {}
        for file in files:
            stem = PurePosixPath(file.relative_to(self.folder).with_suffix('').as_posix())
            self._exact.setdefault(str(stem), []).append(file)
            self._bare.setdefault(stem.name, []).append(file)
        self.count = len(files)

    def protocol(self) -> dict:
        """Say where the pictures are from."""
        return {'pictures': str(self.folder)}

    def find(self, sample: DataSample) -> Path:
        """The picture of a sample.

        Raises:
            MissingFileError: There is none.
            DataError: There are several.
        """
        names = list(dict.fromkeys(_names(sample)))
        tables = ((table, name) for table in (self._exact, self._bare) for name in names)
        found = next((table[name] for table, name in tables if name in table), None)
        if found is None:
            raise MissingFileError(
                f'no picture of {names[0]} among the {self.count} in {self.folder}: every layout '
                'that is measured needs one, called as its label map or its photo'
            )
        if len(found) > 1:
            raise DataError(
                f'{found[0]} and {found[1]} may both be the picture of {names[0]}: put pictures '
                'into the folders that the label maps have'
            )
        return found[0]

    def val_step(self, data: dict) -> list[DataSample]:
        """The pictures of a batch of the data loader, as ``fake_img`` ``(3, H, W)`` uint8 BGR.

        Raises:
            MissingFileError: One is missing.
            DataError: One cannot be read, or has another size than its label map.
        """
        samples = []
        for sample in self.data_preprocessor(data)['data_samples']:
            file = self.find(sample)
            pixels = read_photo(file.read_bytes(), str(file)).pixels
            height, width = sample.gt_label_map.shape[-2:]
            if pixels.shape[:2] != (height, width):
                raise DataError(
                    f'{file} is {pixels.shape[1]}x{pixels.shape[0]}, its label map {width}x{height}'
                    ' (width x height) where the recipe measures: bring the pictures to that size, '
                    'or change the size in the test pipeline'
                )
            sample = sample.clone()
            sample.set_tensor_data({'fake_img': torch.from_numpy(pixels.transpose(2, 0, 1).copy())})
            samples.append(sample)
        return samples

    test_step = val_step

    def forward(self, *args: object, **kwargs: object) -> None:
        """Not used: see :meth:`val_step`."""


def _names(sample: DataSample) -> Iterator[str]:
    """What a picture may be called, the likeliest first."""
    info = sample.metainfo
    paths = [info.get(key) for key in ('sample_name', 'seg_map_path', 'img_path')]
    stems = [str(path) for path in paths[:1] if path]
    stems += [
        str(PurePosixPath(Path(path).as_posix()).with_suffix('')) for path in paths[1:] if path
    ]
    yield from stems
    yield from (PurePosixPath(stem).name for stem in stems)
