"""Whole folders of label maps to folders of pictures."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.progress import track

from ..datasets.label_files import MAP_SUFFIXES
from ..errors import DataError, UserError
from ..visualization import tile_samples, write_image
from .inferencer import ECGANInferencer, GeneratedPicture, PreparedLayout
from .input_maps import NamedMap, find_instance_map, list_maps

GRID_ROWS = 8


@dataclass
class Outcome:
    """What became of the label maps.

    Attributes:
        written: Number of maps whose pictures were written.
        kept: Number of maps whose pictures were there already.
        failures: A sentence for each map that could not be used.
    """

    written: int = 0
    kept: int = 0
    failures: list[str] = field(default_factory=list)


def generate_files(
    inferencer: ECGANInferencer,
    inputs: Sequence[Path],
    out: Path,
    outputs: Sequence[str] = ('image',),
    instances: Path | None = None,
    batch_size: int = 1,
    overwrite: bool = False,
    grid: Path | None = None,
    seeds: Sequence[int] = (),
) -> Outcome:
    """Generate pictures, one file for each label map; a map that fails does not stop the others.

    Names, and folders below a folder that is given, are kept.

    Args:
        inferencer: The model.
        inputs: Label maps, or folders of them.
        out: Folder of the pictures.
        outputs: What is written, see :meth:`GeneratedPicture.write`.
        instances: Folder of instance maps with the names of the label maps.
        batch_size: Layouts of one size that go through the network together.
        overwrite: Whether pictures that exist are made again.
        grid: File for an overview of the first pictures.
        seeds: Make a picture of each, ``NAME_SEED.png``, of a model with noise.

    Returns:
        What was done, and what failed.

    Raises:
        UserError: Nothing was found, two label maps would be one picture, or the model has no
            noise and is given seeds.
    """
    for seed in seeds:
        inferencer.check_seed(seed)
    maps = list_maps(list(inputs), MAP_SUFFIXES)
    _check_names(maps)
    outcome, shown = Outcome(), []
    wanted = [(each, seed) for each in maps for seed in seeds or [None]]
    pending = [job for job in wanted if overwrite or not (out / f'{_name(*job)}.png').exists()]
    outcome.kept = len(wanted) - len(pending)
    layouts = _load(inferencer, track(pending, 'generating'), instances, outcome)
    for chunk in inferencer.chunks(layouts, batch_size):
        for picture in inferencer.generate(chunk):
            picture.write(out, outputs)
            outcome.written += 1
            if len(shown) < GRID_ROWS:
                shown.append(picture)
    if grid is not None and shown:
        write_grid(shown, grid)
    return outcome


def _check_names(maps: Sequence[NamedMap]) -> None:
    names: dict[str, NamedMap] = {}
    for each in maps:
        if each.name in names:
            raise DataError(
                f'{names[each.name].content} and {each.content} would be one picture, '
                f'{each.name}.png: give them folders of their own and the folder above'
            )
        names[each.name] = each


def _name(label_map: NamedMap, seed: int | None) -> str:
    return label_map.name if seed is None else f'{label_map.name}_{seed}'


def _load(
    inferencer: ECGANInferencer,
    jobs: Iterable[tuple[NamedMap, int | None]],
    instances: Path | None,
    outcome: Outcome,
) -> Iterator[PreparedLayout]:
    for each, seed in jobs:
        try:
            other = None
            if instances is not None:
                path = find_instance_map(each, instances, MAP_SUFFIXES)
                (other,) = list_maps(path, MAP_SUFFIXES)
            yield inferencer.load(each, other, seed)._replace(name=_name(each, seed))
        except UserError as error:
            # A map that cannot be used is told of once, however many seeds there are.
            if error.sentence not in outcome.failures:
                outcome.failures.append(error.sentence)


def write_grid(pictures: Sequence[GeneratedPicture], path: Path) -> None:
    """Tile pictures with their layouts, a row each, in a file."""
    columns = {'layout': 'layout', 'edge': 'edges', 'coarse': 'coarse image', 'image': 'picture'}
    samples = [
        {
            name: pixels[..., ::-1].transpose(2, 0, 1)
            for name in columns
            if (pixels := getattr(picture, name)) is not None
        }
        for picture in pictures
    ]
    write_image(path, tile_samples(samples, (), columns))
