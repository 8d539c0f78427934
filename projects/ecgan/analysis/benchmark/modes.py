"""What the benchmarked process does in one step, by mode."""

from collections.abc import Sequence
from contextlib import nullcontext

import torch
from mmagic.registry import MODELS, OPTIM_WRAPPER_CONSTRUCTORS
from mmengine.optim import OptimWrapperDict
from torch import nn

from ...engine import compile_blocks, keep_freed_memory
from ...engine.configuration import read_config
from ...inference import prepare_for_inference
from ...models import ECGAN
from .plain_update import PlainLayout, PlainUpdate, use_plain_paths
from .samples import build_dataset, load_batches
from .settings import BenchmarkSettings

# Losses of the base config that the yardstick has not.
FURTHER_LOSSES = ('label_generator', 'similarity_loss', 'contrast_loss', 'class_pixel_loss')
# Batches kept ready: each iteration sees other layouts, with another share of distinct ones.
NUM_BATCHES = 8
# One step of the data mode loads this many samples, so that their sizes average out.
IMAGES_PER_STEP = 13


def build_model(
    settings: BenchmarkSettings, all_losses: bool = False, recompute: Sequence[str] = ()
) -> ECGAN:
    """The base config's model with the data set's classes, freshly initialised, in training mode.

    Without the perceptual loss (its weights are a download) and the moving average (the yardstick
    has none); ``recompute`` names blocks of the trunk whose activations are not kept.
    """
    kind, width = settings.kind, settings.width_of_networks
    depth = kind.recipe.model.generator.upsampling
    config = read_config('ecgan::_base_/models/ecgan').model.to_dict()
    config['data_preprocessor'].update({**kind.layout, 'num_classes': settings.num_classes})
    trunk = dict(type='SPADETrunk', recompute=list(recompute))
    config['generator'].update(base_channels=width, upsampling=depth, trunk=trunk)
    config['discriminator'].update(base_channels=width)
    config['label_generator'].update(base_channels=width)
    config.update(perceptual_loss=None, ema_config=None)
    if not all_losses:
        config.update(dict.fromkeys(FURTHER_LOSSES))
    torch.manual_seed(settings.seed)
    model = MODELS.build(config)
    model.init_weights()
    return model.to(settings.device).train()


def build_optimizers(model: ECGAN) -> OptimWrapperDict:
    """The wrappers of the recipes' optimisers, ``generator`` and ``discriminator``."""
    config = read_config('ecgan::_base_/optimizers/adam_two_rates').optim_wrapper.to_dict()
    return build_wrappers(model, config)


def build_wrappers(model: nn.Module, config: dict) -> OptimWrapperDict:
    """The wrappers of a config's ``optim_wrapper``."""
    constructor = config.pop('constructor')
    # Modules that this model lacks are no error in training, where the runner drops them too.
    for part in config.values():
        part['modules'] = [name for name in part['modules'] if _has(model, name)]
    build = OPTIM_WRAPPER_CONSTRUCTORS.build(dict(type=constructor, optim_wrapper_cfg=config))
    return build(model)


def _has(model: nn.Module, name: str) -> bool:
    return getattr(model, name, None) is not None


class Step:
    """One step of a mode: called with its number, does the work of one iteration.

    Attributes:
        modules: Modules whose forward passes are phases of the step, by phase.
        images: Images that a step works on.
    """

    def __init__(self, settings: BenchmarkSettings) -> None:
        self.settings = settings
        self.modules: dict[str, nn.Module] = {}
        self.images = settings.batch_size

    def autocast(self) -> torch.autocast | nullcontext:
        """Where the fast mode computes in bfloat16, autocast to it."""
        if self.settings.precision == 'fp32':
            return nullcontext()
        device = torch.device(self.settings.device).type
        return torch.autocast(device, dtype=torch.bfloat16)

    def start(self) -> None:
        """Build what the steps use; memory is measured from here on."""
        raise NotImplementedError

    def __call__(self, index: int) -> None:
        """Do step ``index``."""
        raise NotImplementedError


class _ModelStep(Step):
    """A step on a batch of layouts."""

    def __init__(self, settings: BenchmarkSettings, all_losses: bool = False) -> None:
        super().__init__(settings)
        self.batches = load_batches(settings, NUM_BATCHES)
        self.all_losses = all_losses

    def build(self, recompute: Sequence[str] = ()) -> ECGAN:
        """Build the model, and note what every mode has in common."""
        model = build_model(self.settings, self.all_losses, recompute)
        self.modules['preprocessor'] = model.data_preprocessor
        return model

    def batch(self, index: int) -> dict:
        """Batch of step ``index``."""
        return self.batches[index % len(self.batches)]


class PlainTraining(_ModelStep):
    """:class:`PlainUpdate`."""

    def start(self) -> None:
        """Build what the steps use."""
        self.update = PlainUpdate(self.build())
        self.modules.update(
            generator=self.update.generator, discriminator=self.update.discriminator
        )

    def __call__(self, index: int) -> None:
        """Update both networks."""
        self.update.step(self.batch(index))


class FastTraining(_ModelStep):
    """``ECGAN.train_step`` as the tools and the base configs have it."""

    def start(self) -> None:
        """Build what the steps use."""
        if self.settings.keep_memory:
            keep_freed_memory()
        self.model = self.build(self.settings.recompute)
        if self.settings.compile:
            compile_blocks(self.model.generator, mode=self.settings.compile)
        self.optimizers = build_optimizers(self.model)
        self.modules.update(generator=self.model.generator, discriminator=self.model.discriminator)

    def __call__(self, index: int) -> None:
        """Update both networks."""
        with self.autocast():
            self.model.train_step(self.batch(index), self.optimizers)


class _Inference(_ModelStep):
    """Label maps to images."""

    def prepare(self, generator: nn.Module) -> nn.Module:
        """The generator that is measured, from one in evaluation mode."""
        raise NotImplementedError

    def start(self) -> None:
        """Build what the steps use; of the model only the generator stays."""
        model = self.build()
        self.preprocessor = model.data_preprocessor
        self.generator = self.prepare(model.generator.eval())
        self.modules['generator'] = self.generator
        keys = ('label', 'boundary')
        self.batches = [
            dict(inputs={key: batch['inputs'][key] for key in keys if key in batch['inputs']})
            for batch in self.batches
        ]


class PlainInference(_Inference):
    """The generator as it trains, in evaluation mode, on one-hot layouts."""

    def prepare(self, generator: nn.Module) -> nn.Module:
        """Turn off the fast paths."""
        return use_plain_paths(generator)

    def __call__(self, index: int) -> None:
        """Generate."""
        with torch.no_grad():
            layout = self.preprocessor(self.batch(index))['inputs']['layout']
            self.generator(PlainLayout(layout.one_hot()))


class FastInference(_Inference):
    """The generator prepared for inference."""

    def prepare(self, generator: nn.Module) -> nn.Module:
        """Fold and bake what does not change any more."""
        if self.settings.keep_memory:
            keep_freed_memory()
        dtype = None if self.settings.precision == 'fp32' else torch.bfloat16
        prepared = prepare_for_inference(generator, dtype)
        if self.settings.compile:
            compile_blocks(prepared, mode=self.settings.compile)
        return prepared

    def __call__(self, index: int) -> None:
        """Generate."""
        with torch.inference_mode():
            self.generator(self.preprocessor(self.batch(index))['inputs']['layout'])


class DataLoading(Step):
    """The data set's training pipeline, in this process."""

    def start(self) -> None:
        """Build what the steps use."""
        torch.set_num_threads(1)
        self.dataset = build_dataset(self.settings)
        self.images = IMAGES_PER_STEP

    def __call__(self, index: int) -> None:
        """Load samples from file to tensor."""
        for offset in range(self.images):
            self.dataset[(index * self.images + offset) % len(self.dataset)]


def build_step(settings: BenchmarkSettings, mode: str) -> Step:
    """The step of a mode; call its ``start`` before the first call."""
    training, inference = (PlainTraining, FastTraining), (PlainInference, FastInference)
    plain, fast = inference if settings.what == 'infer' else training
    if mode == 'all_losses':
        return fast(settings, all_losses=True)
    return dict(plain=plain, fast=fast, data=DataLoading)[mode](settings)
