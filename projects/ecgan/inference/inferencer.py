"""From a checkpoint and label maps to pictures."""

import itertools
import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from mmengine.config import ConfigDict
from mmengine.infer import BaseInferencer
from mmengine.logging import print_log
from mmengine.registry import INFERENCERS
from torch import nn

from ..datasets.label_files import MAP_SUFFIXES, LabelMap
from ..datasets.palettes import generated_palette
from ..datasets.transforms.edges import boundary_map
from ..errors import CheckpointError, ConfigError, DataError, one_line
from ..models import ECGAN
from ..models.parts.registered import from_registered
from ..recipes.carried_config import read_carried_config
from ..recipes.loading import read_config
from ..structures import Layout, nearest_resize
from ..visualization import colour_labels
from .folded_generator import prepare_for_inference
from .generated_picture import GeneratedPicture
from .input_maps import NamedMap, list_maps
from .instance_maps import find_beside, instance_note, pair_instances, read_maps
from .model_names import find_model, read_model
from .seeds import Seeds
from .threads import fitting_threads
from .training_knowledge import TrainingKnowledge

SIZES = ('pad', 'refuse', 'resize')
DTYPES = {'float32': torch.float32, 'bfloat16': torch.bfloat16}
# What only a training needs: not built, so that no weights of it are looked for.
TRAINING_PARTS = (
    'discriminator', 'feature_matching_loss', 'perceptual_loss', 'label_generator',
    'similarity_loss', 'contrast_loss', 'class_pixel_loss', 'diversity_loss', 'augmentation',
)  # fmt: skip


class PreparedLayout(NamedTuple):
    """A layout that the network takes: its name, the layout, and the size of its picture."""

    name: str
    layout: Layout
    size: tuple[int, int]


@INFERENCERS.register_module()
class ECGANInferencer(BaseInferencer):
    """Generates pictures from label maps with a trained model; a checkpoint is all it needs.

    It uses the moving average where the model keeps one, with spectral norm and batch norm folded
    (:func:`prepare_for_inference`).

    Args:
        checkpoint: A model of the box (``scenes``), a file, an address, or
            ``hf://OWNER/REPO[@REVISION][/FILE]``; see :func:`find_model`. It carries the config
            that it was trained with.
        config: Recipe or config file in place of that.
        device: Such as ``cuda:0``; None: a GPU where there is one.
        dtype: ``float32`` or ``bfloat16``.
        sizes: What happens to a label map of a size that the network cannot take: ``pad`` continues
            its border and cuts the picture back; ``refuse`` is an error that names sizes that fit.
            ``resize`` brings every map to the size of the training, as testing does. Of another
            size than that of the training the first map is told of, with the remedy.

    Raises:
        MissingFileError: If the checkpoint or the config does not exist.
        CheckpointError: If it is none of a model that makes pictures from layouts, or the weights
            do not fit the config.
        ConfigError: If an argument is not one of the values above, the device is not there, or
            maps are to be resized and the config says no size of the training.

    Example:
        >>> picture = ECGANInferencer('scenes')('layout.png').image
    """

    def __init__(
        self,
        checkpoint: str | Path,
        config: str | Path | None = None,
        device: str | None = None,
        dtype: str = 'float32',
        sizes: str = 'pad',
    ) -> None:
        for name, value, known in (('sizes', sizes, SIZES), ('dtype', dtype, tuple(DTYPES))):
            if value not in known:
                raise ConfigError(f'{name} must be one of {known}, got {value!r}')
        self.checkpoint, self.sizes = find_model(checkpoint), sizes
        self._said: set[str] = set()
        cfg = None if config is None else read_config(config)
        super().__init__(cfg, self.checkpoint, device, 'mmagic', show_progress=False)
        self.device = next(self.model.parameters()).device
        self.dtype = DTYPES[dtype]
        source = self.model.sampling_generator
        self.generator = prepare_for_inference(source, self.dtype)
        # For each pixel.
        self._work = sum(each.numel() for each in source.parameters())

    @property
    def trained_size(self) -> tuple[int, int] | None:
        """Height and width of the training's layouts, None where the config does not say it."""
        return self.knowledge.size

    @property
    def divisor(self) -> int:
        """The network takes heights and widths that are multiples of it."""
        return getattr(self.model.generator, 'divisor', 1)

    @property
    def has_noise(self) -> bool:
        """Whether a layout has many pictures, told apart by seeds."""
        return getattr(self.generator, 'noise', None) is not None

    # What MMEngine's base class asks for ---------------------------------------------------------

    def _init_model(self, cfg: ConfigDict, weights: str, device: str = 'cpu') -> nn.Module:
        content = read_model(weights)
        if 'model' not in cfg:  # no config file was given
            cfg.update(read_carried_config(content, weights))
        model = cfg.model.copy()
        if str(model.get('type')).split('.')[-1] != 'ECGAN':
            raise CheckpointError(
                f'{weights} holds a model of type {model.get("type")}, not one that makes pictures '
                'from layouts by itself (ECGAN); ecgan test --save-images writes the pictures '
                'of others'
            )
        model.update(dict.fromkeys(TRAINING_PARTS))
        self.meta = content.get('meta', {})
        if 'card' in self.meta:
            # A model file holds the average in the generator's place, whatever config is given.
            model.ema_config = None
        for name in ('type', 'discriminator_regularizers'):
            model.pop(name, None)
        network = from_registered(lambda: ECGAN(**model), MODELS).eval()
        kept = tuple(f'{name}.' for name, _ in network.named_children())
        state = {k: v for k, v in content['state_dict'].items() if k.startswith(kept)}
        try:
            network.load_state_dict(state)
        except RuntimeError as error:
            raise CheckpointError(
                f'{weights} does not fit its config: {one_line(error)}'
            ) from error
        meta = self.meta.get('dataset_meta') or {}
        count = network.num_classes
        self.classes = list(meta.get('classes') or [f'class {i}' for i in range(count)])
        self.palette = [list(c) for c in meta.get('palette') or generated_palette(count)]
        try:
            return network.to(device)
        except (AssertionError, RuntimeError) as error:
            raise ConfigError(f"cannot use the device '{device}': {one_line(error)}") from error

    def _init_pipeline(self, cfg: ConfigDict) -> None:
        """Learn from the data sets how label maps are read; there is nothing to build."""
        self.knowledge = TrainingKnowledge.of(cfg)
        self.coding = self.knowledge.coding(self.palette, self.model.num_classes)
        if self.sizes == 'resize' and self.trained_size is None:
            raise ConfigError(
                f"sizes='resize': the config of {self.checkpoint} says no size of the training "
                '(no Resize, crop or PackLayoutInputs with a size in any data loader); resize the '
                'label maps by the nearest value, or give --config with that size'
            )
        self._say(self.knowledge.remark)

    def _init_collate(self, cfg: ConfigDict) -> None:
        """None: :meth:`generate` stacks layouts."""

    def _init_visualizer(self, cfg: ConfigDict) -> None:
        """None: pictures are returned."""

    def visualize(self, *args: Any, **kwargs: Any) -> None:
        """Not used: see :meth:`__call__`."""

    def postprocess(self, *args: Any, **kwargs: Any) -> None:
        """Not used: see :meth:`__call__`."""

    # From maps to pictures -----------------------------------------------------------------------

    def __call__(
        self,
        inputs: LabelMap | Sequence[LabelMap],
        instances: LabelMap | Sequence[LabelMap] | None = None,
        batch_size: int = 1,
        seed: int | Seeds | None = None,
    ) -> GeneratedPicture | list[GeneratedPicture]:
        """Generate.

        Args:
            inputs: Label map: a path, a folder, an array (H, W) of ids or (H, W, 3) of the
                palette's RGB colours, a PIL picture; or a sequence of them.
            instances: Instance maps for models with an instance boundary channel, in the same
                order; None: regions of a class are taken for instances.
            batch_size: Layouts of one size that go through the network together.
            seed: Which picture of each layout, where the model has noise; :class:`Seeds` for one
                whose regions are drawn anew. None: that of seed 0.

        Returns:
            One picture for one map, a list for a sequence or a folder.

        Raises:
            UserError: A map cannot be read or does not fit the model.
        """
        maps = self.list_maps(inputs)
        others = self.instances_of(maps, instances)
        layouts = (self.load(*pair, seed) for pair in zip(maps, others))
        chunks = self.chunks(layouts, batch_size)
        pictures = [picture for chunk in chunks for picture in self.generate(chunk)]
        is_folder = isinstance(inputs, str | Path) and Path(inputs).expanduser().is_dir()
        return pictures if is_folder or isinstance(inputs, (list, tuple)) else pictures[0]

    def list_maps(self, inputs: LabelMap | Sequence[LabelMap]) -> list[NamedMap]:
        """The label maps that are meant; of folders those that end as in training come first."""
        return list_maps(inputs, MAP_SUFFIXES, known=self.knowledge.suffixes)

    def instances_of(
        self, maps: Sequence[NamedMap], instances: LabelMap | Sequence[LabelMap] | None = None
    ) -> list[NamedMap | None]:
        """The instance map of each label map, None for the regions of its classes.

        Where none are given, those that lie beside are taken if the model tells objects apart, and
        it is said in a line what was taken.

        Raises:
            UserError: Instance maps are given, and a label map has none.
        """
        if instances is not None:
            return pair_instances(maps, instances)
        found: list[NamedMap | None] = [None] * len(maps)
        if self.model.data_preprocessor.with_boundary:
            found = [find_beside(each, self.knowledge) for each in maps]
            self._say(instance_note(maps, found), once='' if any(found) else 'instances')
        return found

    def _say(self, text: str, once: str = '') -> None:
        """Say a line; of several with one key the first."""
        if text and (once or text) not in self._said:
            self._said.add(once or text)
            print_log(text, logger='current', level=logging.WARNING)

    def chunks(self, layouts: Iterable[PreparedLayout], size: int) -> Iterator[list]:
        """Layouts in lists of ``size``, the last one shorter; read when they are asked for."""
        yield from self._get_chunk_data(layouts, size)

    def load(
        self,
        label_map: NamedMap,
        instances: NamedMap | None = None,
        seed: int | Seeds | None = None,
    ) -> PreparedLayout:
        """Read a label map and bring it to a size that the network takes.

        Args:
            label_map: The map.
            instances: Its instance map, see :meth:`__call__`.
            seed: Which picture of it, see :meth:`__call__`.

        Raises:
            UserError: It cannot be read, holds ids out of range, or has a size that is refused.
        """
        name, seeds = label_map.name, self.check_seed(seed)
        labels, objects = read_maps(label_map, instances, self.knowledge, self.coding)
        note = self.knowledge.palette_note(label_map.content, self.coding, name)
        self._say(note, once='palette')
        if self.sizes != 'resize' and (note := self.knowledge.size_note(labels.shape)):
            self._say(f'{name}: {note}', once='size')
        maps = [labels, objects, *seeds.masks(labels, name)]
        if self.sizes == 'resize' and self.trained_size is not None:
            maps = [nearest_resize(torch.from_numpy(x), self.trained_size).numpy() for x in maps]
        size = maps[0].shape
        labels, objects, *masks = (self._fitted(x, name) for x in maps)
        inputs = {'label': [torch.from_numpy(labels)]}
        if self.model.data_preprocessor.with_boundary:
            inputs['boundary'] = [torch.from_numpy(boundary_map(objects))]
        sample = DataSample(metainfo=dict(seg_map_path=_shown(label_map)))
        # Checked here, where the name is at hand, and encoded as for testing.
        encoded = self.model.data_preprocessor(dict(inputs=inputs, data_samples=[sample]))
        layout = encoded['inputs']['layout']
        if self.has_noise:
            masks = [torch.from_numpy(mask).to(layout.device) for mask in masks]
            layout = seeds.join(self.generator.noise, layout, masks)
        return PreparedLayout(name, layout, size)

    def check_seed(self, seed: int | Seeds | None) -> Seeds:
        """The seeds that are meant, see :meth:`__call__`.

        Raises:
            ConfigError: The model has no noise, so that there is but one picture.
        """
        if seed is not None and not self.has_noise:
            raise ConfigError(
                f'{self.checkpoint} makes one picture of each layout, so seed={seed!r} means '
                "nothing: train it with generator=dict(noise=dict(type='LayoutNoise'))"
            )
        return seed if isinstance(seed, Seeds) else Seeds(seed or 0)

    def _fitted(self, values: np.ndarray, name: str) -> np.ndarray:
        """A map of a size that the network takes."""
        divisor, (height, width) = self.divisor, values.shape
        missing = (-height % divisor, -width % divisor)
        if any(missing) and self.sizes == 'refuse':
            raise DataError(
                f'{name} is {width}x{height} (width x height), the network takes multiples of '
                f'{divisor}, such as {width + missing[1]}x{height + missing[0]}'
            )
        return np.pad(values, [(0, missing[0]), (0, missing[1])], mode='edge')

    @torch.inference_mode()
    def generate(self, layouts: Sequence[PreparedLayout]) -> list[GeneratedPicture]:
        """Run the network.

        Args:
            layouts: What :meth:`load` gave; neighbours of one size go through together.

        Returns:
            A picture for each.
        """
        pictures = []
        for _, group in itertools.groupby(layouts, key=lambda each: each.layout.shape):
            group = list(group)
            layouts = [each.layout for each in group]
            stacked = layouts[0].stacked(layouts)
            with fitting_threads(self._work * stacked.labels.numel()):
                outputs = self.generator(stacked)
            bgr = {
                name: self.model.data_preprocessor.to_uint8(outputs[name]).cpu().numpy()
                for name in ('image', 'coarse', 'edge')
                if name in outputs
            }
            arrays = {name: x[:, ::-1].transpose(0, 2, 3, 1) for name, x in bgr.items()}
            for index, (name, layout, (height, width)) in enumerate(group):
                labels = layout.labels[0, :height, :width].cpu().numpy()
                pictures.append(
                    GeneratedPicture(
                        name,
                        layout=colour_labels(labels, self.palette)[..., ::-1],
                        **{key: x[index, :height, :width] for key, x in arrays.items()},
                    )
                )
        return pictures


def _shown(label_map: NamedMap) -> str:
    content = label_map.content
    return str(content) if isinstance(content, str | Path) else label_map.name
