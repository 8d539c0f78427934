"""Whole folders of label maps to folders of pictures."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.progress import track

from ..errors import DataError, UserError
from ..visualization import tile_samples, write_image
from .generated_picture import GeneratedPicture
from .inferencer import ECGANInferencer, PreparedLayout
from .input_maps import NamedMap

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
        instances: Folder of instance maps with the names of the label maps; None: those beside.
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
    maps = inferencer.list_maps(list(inputs))
    _check_names(maps)
    outcome, shown = Outcome(), []
    wanted = [(each, seed) for each in maps for seed in seeds or [None]]
    pending = [job for job in wanted if overwrite or not (out / f'{_name(*job)}.png').exists()]
    outcome.kept = len(wanted) - len(pending)
    once = list({each.name: each for each, _ in pending}.values())
    found = inferencer.instances_of(once) if once and instances is None else []
    beside = {each.name: other for each, other in zip(once, found)}
    layouts = _load(inferencer, track(pending, 'generating'), instances, beside, outcome)
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
    beside: Mapping[str, NamedMap | None],
    outcome: Outcome,
) -> Iterator[PreparedLayout]:
    for each, seed in jobs:
        try:
            if instances is None:
                other = beside[each.name]
            else:
                (other,) = inferencer.instances_of([each], instances)
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
