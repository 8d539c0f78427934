"""Drawn scenes as files of one's own, and defects planted among them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from projects.ecgan.datasets import SCENE_CLASSES, SCENE_PALETTE, draw_scene

SIZE = (64, 96)
COLOURS = np.array(SCENE_PALETTE, np.uint8)


def draw(index: int, size: tuple[int, int] = SIZE) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Photo (RGB), label map and instance map of a scene."""
    photo, labels, instances = draw_scene(index, 0, size)
    return photo[..., ::-1].copy(), labels, instances


def save(path: Path, pixels: np.ndarray, **settings: object) -> Path:
    """Write an array as the picture that the suffix says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == '.npy':
        np.save(path, pixels)
    else:
        Image.fromarray(pixels).save(path, **settings)
    return path


def with_palette(labels: np.ndarray, colours: np.ndarray = COLOURS) -> Image.Image:
    """A picture of ids with a palette."""
    picture = Image.fromarray(labels.astype(np.uint8)).convert('P')
    picture.putpalette(colours.tobytes())
    return picture


def write_tree(
    root: Path, count: int, coding: str = 'ids', instances: bool = False, first: int = 0
) -> Path:
    """Scenes in ``images/`` and ``labels/`` (and ``instances/``).

    Args:
        root: The folder.
        count: Number of scenes.
        coding: 'ids', 'palette' or 'colours'.
        instances: Whether there are instance maps.
        first: Number of the first scene.
    """
    for index in range(first, first + count):
        photo, labels, objects = draw(index)
        save(root / f'images/{index:03d}.jpg', photo, quality=95, subsampling=0)
        path = root / f'labels/{index:03d}.png'
        if coding == 'palette':
            path.parent.mkdir(parents=True, exist_ok=True)
            with_palette(labels).save(path)
        else:
            save(path, COLOURS[labels] if coding == 'colours' else labels)
        if instances:
            save(root / f'instances/{index:03d}.png', objects.astype(np.uint16))
    return root


def write_classes(path: Path, unknown: bool = True) -> Path:
    """The scenes' classes as lines ``id name r g b``; unknown is black, id 8."""
    rows = [(*row, *colour) for row, colour in zip(enumerate(SCENE_CLASSES), SCENE_PALETTE)]
    rows += [(8, 'unlabelled', 0, 0, 0)] * unknown
    path.write_text('\n'.join(' '.join(map(str, row)) for row in rows))
    return path


@dataclass(frozen=True)
class Defect:
    """A defect of the sample with a name.

    Attributes:
        kind: The kind of finding that it must become.
        words: What the finding must say.
        plant: Spoils files of the sample in a tree of ids with instance maps.
        name: The sample that the finding is about, where that is another one.
    """

    kind: str
    words: str
    plant: Callable[[Path, str], object]
    name: str = ''


def photo(root: Path, name: str, suffix: str = '.jpg') -> Path:
    """The photo of a sample."""
    return root / 'images' / f'{name}{suffix}'


def label(root: Path, name: str, suffix: str = '.png') -> Path:
    """The label map of a sample."""
    return root / 'labels' / f'{name}{suffix}'


def instance(root: Path, name: str) -> Path:
    """The instance map of a sample."""
    return root / 'instances' / f'{name}.png'


def read(path: Path) -> np.ndarray:
    """Pixels of a picture."""
    with Image.open(path) as picture:
        return np.asarray(picture).copy()


def change(path: Path, **pixels: object) -> None:
    """Set some pixels: ``at`` is where, ``to`` is what."""
    values = read(path)
    values[pixels['at']] = pixels['to']
    save(path, values)


def cut(path: Path) -> None:
    """Keep half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def replace(path: Path, suffix: str, pixels: np.ndarray, **settings: object) -> None:
    """Put a file with another suffix in the place of one."""
    path.unlink()
    save(path.with_suffix(suffix), pixels, **settings)


def turn(root: Path, name: str) -> None:
    """A photo stored lying, displayed standing, with a map of what is stored."""
    exif = Image.Exif()
    exif[0x0112] = 6
    save(photo(root, name), read(photo(root, name)), exif=exif)


def blur(root: Path, name: str) -> None:
    """A map that was enlarged smoothly."""
    labels = Image.fromarray(read(label(root, name)) * 30)
    save(label(root, name), np.asarray(labels.resize((48, 32)).resize((96, 64), 2)))


DEFECTS = {
    '000': Defect('unreadable', 'it is no picture', lambda r, n: photo(r, n).write_bytes(b'')),
    '001': Defect('unreadable', 'cannot', lambda r, n: photo(r, n).write_bytes(b'no picture')),
    '002': Defect('unreadable', 'truncated', lambda r, n: cut(photo(r, n))),
    '003': Defect('unreadable', 'cannot', lambda r, n: label(r, n).write_bytes(b'')),
    '004': Defect('unreadable', 'cannot', lambda r, n: label(r, n).write_text('{"ids": []}')),
    '005': Defect('unreadable', 'truncated', lambda r, n: cut(label(r, n))),
    '006': Defect(
        'unreadable', 'whole numbers', lambda r, n: replace(label(r, n), '.npy', np.full(SIZE, 0.5))
    ),
    '007': Defect(
        'unreadable',
        'no number everywhere',
        lambda r, n: replace(label(r, n), '.tif', np.full(SIZE, np.nan, np.float32)),
    ),
    '008': Defect(
        'unreadable', 'shape', lambda r, n: replace(label(r, n), '.npy', np.zeros((2, *SIZE), int))
    ),
    '009': Defect('photo alone', '009.jpg', lambda r, n: label(r, n).unlink()),
    '010': Defect('map alone', '010.png', lambda r, n: photo(r, n).unlink()),
    '011': Defect(
        'photo alone',
        'differs in upper and lower case',
        lambda r, n: (
            photo(r, n).rename(photo(r, 'Eleven')),
            label(r, n).rename(label(r, 'eleven')),
        ),
        name='Eleven',
    ),
    '012': Defect(
        'two photos', '012.JPEG, 012.jpg', lambda r, n: save(photo(r, n, '.JPEG'), draw(90)[0])
    ),
    '013': Defect(
        'two photos', '013.jpg, 013.png', lambda r, n: save(photo(r, n, '.png'), draw(91)[0])
    ),
    '014': Defect(
        'two maps', '014.png, 014.tif', lambda r, n: save(label(r, n, '.tif'), draw(14)[1])
    ),
    '015': Defect('size', '96x60', lambda r, n: save(label(r, n), draw(15)[1][:60])),
    '016': Defect('size', '48x32', lambda r, n: save(photo(r, n), draw(16, (32, 48))[0])),
    '017': Defect('size', 'EXIF orientation', turn),
    '018': Defect('size', 'turned by 90', lambda r, n: save(label(r, n), draw(18)[1].T.copy())),
    '019': Defect(
        'coding', 'a map of colours', lambda r, n: save(label(r, n), COLOURS[draw(19)[1]])
    ),
    '020': Defect(
        'smeared', 'JPEG', lambda r, n: replace(label(r, n), '.jpg', draw(20)[1] * 30, quality=60)
    ),
    '021': Defect('smeared', 'values', blur),
    '022': Defect('id', '77 (1 pixels)', lambda r, n: change(label(r, n), at=(0, 0), to=77)),
    '023': Defect('id', '9 (96 pixels)', lambda r, n: change(label(r, n), at=3, to=9)),
    '024': Defect(
        'id',
        '300 (2 pixels)',
        lambda r, n: replace(
            label(r, n), '.npy', np.where(np.arange(96) < 2, 300 * (np.arange(64) == 0)[:, None], 1)
        ),
    ),
    '025': Defect('id', '1000', lambda r, n: save(label(r, n), np.full(SIZE, 1000, np.uint16))),
    '026': Defect('other map', 'no instance map', lambda r, n: instance(r, n).unlink()),
    '027': Defect('other map', 'cannot', lambda r, n: instance(r, n).write_bytes(b'')),
    '028': Defect(
        'other map', '48x32', lambda r, n: save(instance(r, n), np.zeros((32, 48), np.uint8))
    ),
    '029': Defect(
        'same photo',
        'as 029',
        lambda r, n: photo(r, '040').write_bytes(photo(r, n).read_bytes()),
        name='040',
    ),
    '030': Defect(
        'same map',
        'as 030',
        lambda r, n: label(r, '041').write_bytes(label(r, n).read_bytes()),
        name='041',
    ),
    '031': Defect(
        'one id', 'one value', lambda r, n: save(label(r, n), np.full(SIZE, 3, np.uint8))
    ),
    '032': Defect(
        'same photo',
        'as 032',
        name='042',
        plant=lambda r, n: replace(photo(r, '042'), '.png', read(photo(r, n))),
    ),
}
