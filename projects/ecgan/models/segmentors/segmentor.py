"""The segmentor that judges images: any mmsegmentation model, frozen, behind one call."""

import copy
import difflib
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.fileio import load as load_file
from mmengine.logging import print_log
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import DefaultScope
from torch import Tensor, nn

from ...compat.safe_checkpoints import safe_load
from ...errors import CheckpointError, ConfigError, MissingFileError
from ...recipes.names import look_for_config
from ...weights import file_sha256, find_weights
from ..parts.building import build_of_mmseg

INPUT_POLICIES = ('native', 'upscale', 'pipeline')


def _zoo_folder() -> Path:
    import mmseg

    package = Path(mmseg.__file__).parent
    packaged = package / '.mim' / 'configs'
    return packaged if packaged.is_dir() else package.parent / 'configs'


def find_segmentor_config(config: str) -> Path:
    """Find a segmentor's config file.

    Args:
        config: A local path, a recipe of this project, or a name of mmsegmentation's model zoo such
            as ``deeplabv3plus_r101-d8_4xb2-80k_cityscapes-512x1024``.

    Returns:
        Path of the config file.

    Raises:
        MissingFileError: If it is none of them; the message offers similar names.
    """
    own = look_for_config(config)
    if own is not None:
        return own
    path = Path(config)
    if path.suffix != '.py' and path.name == config:
        found = sorted(_zoo_folder().glob(f'*/{config}.py'))
        if found:
            return found[0]
    names = [file.stem for file in _zoo_folder().glob('*/*.py')]
    similar = difflib.get_close_matches(path.stem, names, n=3, cutoff=0.4)
    raise MissingFileError(
        f'No segmentor config {config!r}: neither a file, a recipe nor a name of the model zoo in '
        f'{_zoo_folder()}. Similar names: {", ".join(similar) or "none"}.'
    )


def zoo_weights_url(config_path: Path) -> str | None:
    """Address of a model-zoo config's weights, from the metafile beside it; None if unlisted."""
    metafile = config_path.parent / 'metafile.yaml'
    if not metafile.is_file():
        return None
    models = load_file(metafile).get('Models', [])
    return next((entry['Weights'] for entry in models if entry['Name'] == config_path.stem), None)


def _check_fit(model: nn.Module, state: dict[str, Tensor], checkpoint: Path, config: Path) -> None:
    own = model.state_dict()
    wrong = [
        f'{key} is {tuple(state[key].shape)} instead of {tuple(value.shape)}'
        for key, value in own.items()
        if key in state and state[key].shape != value.shape
    ]
    missing = [
        f'{key} is missing'
        for key in own
        if key not in state and not key.endswith('num_batches_tracked')
    ]
    if wrong or missing:
        trouble = wrong + missing
        raise CheckpointError(
            f'Segmentor checkpoint {checkpoint} does not fit config {config}: {trouble[0]}'
            + (f' (and {len(trouble) - 1} more).' if len(trouble) > 1 else '.')
        )


def _build_model(config: Config) -> nn.Module:
    settings = copy.deepcopy(config.model)
    settings.setdefault('data_preprocessor', config.get('data_preprocessor'))
    # Weights come from the checkpoint alone: no pretrained backbone is fetched.
    settings['pretrained'] = None
    settings.get('backbone', {}).pop('init_cfg', None)
    return revert_sync_batchnorm(build_of_mmseg(settings))


def _build_pipeline(config: Config) -> Compose:
    import mmseg.datasets  # noqa: F401  (registers the transforms)

    steps = config.get('test_pipeline') or config.test_dataloader.dataset.pipeline
    steps = [step for step in steps if 'LoadAnnotations' not in step['type']]
    if 'LoadImageFrom' not in steps[0]['type']:
        raise ConfigError(
            "input_policy 'pipeline' needs a segmentor test pipeline that starts with "
            f'LoadImageFromFile, not {steps[0]["type"]!r}.'
        )
    steps = [{'type': 'LoadImageFromNDArray'}, *steps[1:]]
    with DefaultScope.overwrite_default_scope('mmseg'):
        return Compose(steps)


class Segmentor(nn.Module):
    """A frozen mmsegmentation model that labels uint8 images.

    Args:
        config: Local config path or model-zoo name (:func:`find_segmentor_config`).
        checkpoint: Local path or address of the weights. None: those that lie beside the config
            (``NAME.pth`` beside ``NAME.py``), or the model zoo's, for a zoo config.
        input_policy: Size at which the segmentor sees an image. ``native``: as it is. ``upscale``:
            enlarged bilinearly to ``input_size``. ``pipeline``: as the segmentor's own test
            pipeline resizes it.
        input_size: (height, width) for ``upscale``.

    Raises:
        MissingFileError: If config or checkpoint cannot be found or fetched.
        CheckpointError: If the checkpoint does not fit the config.
        ConfigError: If the input policy is wrong.
    """

    def __init__(
        self,
        config: str,
        checkpoint: str | None = None,
        input_policy: str = 'native',
        input_size: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        if input_policy not in INPUT_POLICIES:
            raise ConfigError(f'input_policy is {input_policy!r}, must be one of {INPUT_POLICIES}.')
        if (input_size is not None) != (input_policy == 'upscale'):
            raise ConfigError(
                f"input_size (height, width) goes with input_policy 'upscale' and only with it; "
                f'got input_policy {input_policy!r}, input_size {input_size}.'
            )
        self.input_policy = input_policy
        self.input_size = tuple(input_size) if input_size else None
        self.config_name = config
        path = find_segmentor_config(config)
        settings = Config.fromfile(path)
        self.checkpoint = self._find_checkpoint(checkpoint, path)
        # What comes with its config goes by its name: no folder of this machine.
        self.checkpoint_name = self.checkpoint.name if checkpoint is None else str(self.checkpoint)
        self.model = _build_model(settings)
        self._load(path)
        self.pipeline = _build_pipeline(settings) if input_policy == 'pipeline' else None
        measured = {'model': settings.model.to_dict()}
        if self.pipeline is not None:
            measured['pipeline'] = repr(self.pipeline)
        text = json.dumps(measured, sort_keys=True, default=str)
        self.config_sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.requires_grad_(False)
        self.eval()

    @staticmethod
    def _find_checkpoint(checkpoint: str | None, config: Path) -> Path:
        beside = config.with_suffix('.pth')
        if checkpoint is None and beside.is_file():
            return beside
        url = zoo_weights_url(config)
        if checkpoint is None and url is None:
            raise MissingFileError(
                f'Segmentor config {config} is not in the model zoo and has no weights beside it: '
                'give them as segmentor.checkpoint (a path or an address).'
            )
        origin = f'Train it: ecgan train {config}'
        if url is not None:
            origin = f'It can be downloaded from {url}'
        return find_weights(
            checkpoint or url, f'segmentor {config.stem}', 'segmentor.checkpoint', origin
        )

    def _load(self, config: Path) -> None:
        content = safe_load(self.checkpoint, map_location='cpu')
        state = content.get('state_dict', content)
        _check_fit(self.model, state, self.checkpoint, config)
        unexpected = self.model.load_state_dict(state, strict=False).unexpected_keys
        if unexpected:
            print_log(
                f'Segmentor checkpoint {self.checkpoint}: {len(unexpected)} tensors unused, '
                f'{unexpected[0]} first.',
                'current',
            )

    @property
    def num_classes(self) -> int:
        """Number of classes that the segmentor predicts."""
        return self.model.num_classes

    def train(self, mode: bool = True) -> 'Segmentor':
        """Stay in evaluation mode: the judge never learns."""
        return super().train(False)

    def _model_inputs(self, images: Tensor, size: tuple[int, int]) -> dict:
        from mmseg.structures import SegDataSample

        if self.pipeline is not None:
            arrays = [image.permute(1, 2, 0).cpu().numpy() for image in images]
            packed = [self.pipeline({'img': array}) for array in arrays]
            samples = [entry['data_samples'] for entry in packed]
            inputs = [entry['inputs'] for entry in packed]
        else:
            if self.input_policy == 'upscale':
                images = F.interpolate(images.float(), self.input_size, mode='bilinear')
            shape = tuple(images.shape[-2:])
            samples = [SegDataSample(metainfo={'img_shape': shape}) for _ in images]
            inputs = list(images)
        for sample in samples:
            # mmseg brings its logits to ori_shape, which makes the prediction as large as the
            # label map whatever the input policy: labels are never resized.
            sample.set_metainfo({'ori_shape': size})
        return {'inputs': inputs, 'data_samples': samples}

    @torch.no_grad()
    def forward(self, images: Tensor, size: tuple[int, int] | None = None) -> Tensor:
        """Label images.

        Args:
            images: (N, 3, H, W) uint8, BGR.
            size: (height, width) of the prediction; that of the images when None.

        Returns:
            Classes (N, height, width), int64, on the segmentor's device.
        """
        outputs = self._outputs(images, size)
        return torch.stack([sample.pred_sem_seg.data.squeeze(0).long() for sample in outputs])

    @torch.no_grad()
    def logits(self, images: Tensor, size: tuple[int, int] | None = None) -> Tensor:
        """Score every class at every pixel.

        Args:
            images: (N, 3, H, W) uint8, BGR.
            size: (height, width) of the scores; that of the images when None.

        Returns:
            Logits (N, num_classes, height, width), float32, on the segmentor's device.

        Raises:
            ConfigError: The segmentor tells two classes apart in one channel.
        """
        if self.model.out_channels != self.num_classes:
            raise ConfigError(
                f'segmentor {self.config_name} has {self.model.out_channels} channels for '
                f'{self.num_classes} classes: take one with a channel for each class'
            )
        outputs = self._outputs(images, size)
        return torch.stack([sample.seg_logits.data.float() for sample in outputs])

    def _outputs(self, images: Tensor, size: tuple[int, int] | None) -> list:
        if images.dtype != torch.uint8 or images.ndim != 4 or images.shape[1] != 3:
            raise ValueError(
                'The segmentor takes uint8 BGR images (N, 3, H, W), got '
                f'{images.dtype} {tuple(images.shape)}.'
            )
        data = self._model_inputs(images, size or tuple(images.shape[-2:]))
        # Judged in float32 even where the generator runs under autocast.
        with torch.autocast(images.device.type, enabled=False):
            return self.model.test_step(data)

    def features(self, images: Tensor) -> Tensor:
        """Average-pooled last feature map of the backbone.

        Args:
            images: (N, 3, H, W) uint8, BGR.

        Returns:
            (N, C) float32.
        """
        data = self._model_inputs(images, tuple(images.shape[-2:]))
        with torch.no_grad(), torch.autocast(images.device.type, enabled=False):
            inputs = self.model.data_preprocessor(data, False)['inputs']
            maps = self.model.extract_feat(inputs)
        last = maps[-1] if isinstance(maps, (list, tuple)) else maps
        return last.float().mean((2, 3))

    def protocol(self) -> dict:
        """Say which segmentor this is and at which size it sees an image."""
        return {
            'config': self.config_name,
            'config_sha256': self.config_sha256,
            'checkpoint': self.checkpoint_name,
            'checkpoint_sha256': file_sha256(self.checkpoint),
            'input_policy': self.input_policy,
            'input_size': list(self.input_size) if self.input_size else None,
        }
