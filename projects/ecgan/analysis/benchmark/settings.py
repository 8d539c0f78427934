"""What a benchmark runs: layouts, sizes, widths, machine settings."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from mmengine import Config, ConfigDict

from ...engine.configuration import read_config
from ...version import TOOLBOX_PACKAGES, package_versions


@dataclass(frozen=True)
class LayoutKind:
    """Layouts of one data set, and the networks that its recipe trains on them.

    Attributes:
        config: The recipe: classes, sizes, transforms, width and depth of the networks.
        batch: Layouts in a batch.
    """

    config: str
    batch: int = 1

    @cached_property
    def recipe(self) -> Config:
        """The recipe's config."""
        return read_config(self.config)

    @property
    def layout(self) -> ConfigDict:
        """Classes and further channels: ``num_classes``, ``with_unknown``, ``with_boundary``."""
        return self.recipe.model.data_preprocessor

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the layouts."""
        return tuple(self.recipe.train_dataloader.dataset.pipeline[-1].size)


LAYOUTS = dict(
    cityscapes=LayoutKind('ecgan_base64_8xb4-200e_cityscapes-512x256'),
    ade20k=LayoutKind('ecgan_base64_8xb4-200e_ade20k-256x256'),
    coco=LayoutKind('ecgan_base64_8xb4-100e_coco-stuff-256x256'),
    scenes=LayoutKind('ecgan_base16_1xb8-400iters_scenes-64x64', batch=8),
)


@dataclass(frozen=True)
class BenchmarkSettings:
    """Settings of one benchmark, the same for all modes.

    Attributes:
        layout: Key of :data:`LAYOUTS`.
        what: ``train``, ``infer``, ``data`` or ``losses``.
        batch: Layouts in a batch; None for the data set's.
        height: Height of the layouts, the width follows; None for the data set's.
        base_channels: Width of the networks; None for the data set's.
        classes: Semantic classes; None for the data set's.
        precision: ``fp32`` or ``bf16`` (autocast), of the fast mode; plain is always fp32.
        recompute: Blocks of the trunk whose activations the fast mode does not keep.
        compile: Mode in which ``torch.compile`` gets the fast mode's residual blocks, see
            :func:`~projects.ecgan.engine.compile_blocks`; None: it does not.
        keep_memory: Whether the fast mode, on a CPU, keeps freed memory.
        device: Where to compute.
        threads: CPU threads.
        iterations: Timed iterations; their median counts.
        warmup: Iterations before.
        data: Folder of the COCO-Stuff sample; None to look beside the checkout.
        seed: Seed of weights, crops and flips.
    """

    layout: str = 'coco'
    what: str = 'train'
    batch: int | None = None
    height: int | None = None
    base_channels: int | None = None
    classes: int | None = None
    precision: str = 'fp32'
    recompute: tuple[str, ...] = ()
    compile: str | None = None
    keep_memory: bool = False
    device: str = 'cpu'
    threads: int = 2
    iterations: int = 5
    warmup: int = 2
    data: str | None = None
    seed: int = 0

    @property
    def kind(self) -> LayoutKind:
        """The data set's layouts."""
        return LAYOUTS[self.layout]

    @property
    def batch_size(self) -> int:
        """Layouts in a batch."""
        return self.batch or self.kind.batch

    @property
    def width_of_networks(self) -> int:
        """Base channels of generator and discriminator."""
        return self.base_channels or self.kind.recipe.model.generator.base_channels

    @property
    def num_classes(self) -> int:
        """N, the semantic classes."""
        return self.classes or self.kind.layout.num_classes

    @property
    def num_channels(self) -> int:
        """N', the layout's channels."""
        layout = self.kind.layout
        return self.num_classes + int(layout.with_unknown) + int(layout.with_boundary)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the layouts."""
        return self.scaled(self.kind.size)

    def scaled(self, size: Sequence[int]) -> tuple[int, int]:
        """A size of the data set's recipe, brought to this benchmark's height."""
        of_recipe = self.kind.size[0]
        height = self.height or of_recipe
        return tuple(length * height // of_recipe for length in size)


def describe_machine(settings: BenchmarkSettings) -> dict[str, str | int]:
    """Versions and hardware, as far as they decide about speed."""
    machine = dict(
        python=platform.python_version(),
        **package_versions('torch', *TOOLBOX_PACKAGES, 'numpy'),
        processor=_processor(),
        cpu_capability=torch.backends.cpu.get_cpu_capability(),
        threads=settings.threads,
    )
    if settings.device.startswith('cuda'):
        machine['gpu'] = torch.cuda.get_device_name(settings.device)
        machine['cuda'] = torch.version.cuda
    return machine


def _processor() -> str:
    """Name of the CPU; Linux tells it in a file, other systems through :mod:`platform`."""
    try:
        with open('/proc/cpuinfo', encoding='utf-8') as lines:
            names = [line.split(':', 1)[1].strip() for line in lines if line.startswith('model n')]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
