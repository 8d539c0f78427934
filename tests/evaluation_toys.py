"""Toys for the evaluation tests: a generator that paints its layout, a segmentor that reads it.

Class ``k`` is the grey value ``20 * k``. The segmentor decodes it, so it is perfect on faithful
images; ``fidelity`` of the generator decides what part of an image is painted right.
"""

from pathlib import Path

import torch
from mmagic.registry import DATASETS, MODELS
from mmagic.structures import DataSample
from mmengine.dataset import BaseDataset
from mmengine.model import BaseDataPreprocessor, BaseModel
from mmseg.models import BaseSegmentor
from mmseg.registry import MODELS as SEG_MODELS

NUM_CLASSES = 4
GREY_STEP = 20


def paint(labels: torch.Tensor) -> torch.Tensor:
    """(H, W) class ids -> (3, H, W) uint8."""
    return (labels * GREY_STEP).to(torch.uint8).expand(3, *labels.shape).clone()


def make_labels(index: int, size: int = 8) -> torch.Tensor:
    """A random label map with an unknown corner."""
    generator = torch.Generator().manual_seed(index)
    labels = torch.randint(0, NUM_CLASSES, (size, size), generator=generator)
    labels[0, 0] = 255
    return labels


@DATASETS.register_module()
class ToyLayouts(BaseDataset):
    METAINFO = {'classes': ('sky', 'wall', 'road', 'tree')}

    def __init__(self, length: int, size: int = 8, **kwargs) -> None:
        self.length, self.size = length, size
        super().__init__(serialize_data=False, **kwargs)

    def load_data_list(self) -> list[dict]:
        return [{'index': index} for index in range(self.length)]

    def prepare_data(self, idx: int) -> dict:
        labels = make_labels(idx, self.size)
        sample = DataSample(metainfo={'sample_idx': idx, 'sample_name': f'scene_{idx}'})
        sample.gt_label_map = labels
        sample.gt_img = paint(labels.clamp(max=NUM_CLASSES - 1))
        return {'inputs': {'label': labels, 'image': sample.gt_img}, 'data_samples': sample}


@MODELS.register_module()
class ToyGenerator(BaseModel):
    """Paints a layout; ``wrong`` is added to the class of the left half of each image.

    The weight drawn at construction makes two freshly built generators differ by their seed.
    """

    def __init__(self, wrong: int = 0, coarse: bool = False) -> None:
        super().__init__(data_preprocessor=BaseDataPreprocessor())
        self.wrong, self.coarse = wrong, coarse
        self.weight = torch.nn.Parameter(torch.rand(1))
        self.trained = torch.nn.Parameter(torch.zeros(1))

    def forward(self, inputs, data_samples=None, mode: str = 'tensor'):
        for sample in data_samples:
            known = sample.gt_label_map.clamp(max=NUM_CLASSES - 1)
            image = known.clone()
            half = image.shape[1] // 2
            # Untrained (trained == 0), everything is class 0.
            image[:, :half] = (image[:, :half] + self.wrong) % NUM_CLASSES
            sample.fake_img = paint(image * int(self.trained.item()))
            if self.coarse:
                sample.fake_coarse = paint(torch.zeros_like(known))
        return data_samples

    def val_step(self, data):
        return self.forward(**data)

    test_step = val_step

    def train_step(self, data, optim_wrapper):
        loss = self.weight.square().sum()
        optim_wrapper.update_params(loss)
        torch.nn.init.ones_(self.trained)
        return {'loss': loss}


@SEG_MODELS.register_module()
class GreySegmentor(BaseSegmentor):
    """Reads the class from the mean grey value; counts the images it has seen."""

    def __init__(self, num_classes: int, data_preprocessor=None, **kwargs) -> None:
        super().__init__(data_preprocessor=data_preprocessor)
        self.num_classes, self.align_corners = num_classes, False
        self.step = torch.nn.Parameter(torch.full((num_classes,), 1.0))
        self.seen: list[tuple[int, ...]] = []

    def extract_feat(self, inputs):
        return [inputs]

    def encode_decode(self, inputs, batch_img_metas):
        raise NotImplementedError

    def loss(self, inputs, data_samples):
        raise NotImplementedError

    def _forward(self, inputs, data_samples=None):
        levels = torch.arange(self.num_classes, device=inputs.device) * self.step
        return -(inputs.mean(1, keepdim=True) - levels.view(1, -1, 1, 1)).abs()

    def predict(self, inputs, data_samples=None):
        self.seen.extend(tuple(image.shape[1:]) for image in inputs)
        return self.postprocess_result(self._forward(inputs), data_samples)


SEGMENTOR_CONFIG = """
model = dict(
    type='GreySegmentor',
    num_classes={num_classes},
    data_preprocessor=dict(type='SegDataPreProcessor'))
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(24, 16), keep_ratio=False),
    dict(type='LoadAnnotations'),
    dict(type='PackSegInputs')]
"""


def write_segmentor(folder: Path, num_classes: int = NUM_CLASSES) -> dict:
    """Write config and weights of a perfect segmentor; returns the metric's ``segmentor``."""
    config, checkpoint = folder / 'grey.py', folder / 'grey.pth'
    config.write_text(SEGMENTOR_CONFIG.format(num_classes=num_classes))
    weights = {'step': torch.full((num_classes,), float(GREY_STEP))}
    torch.save({'state_dict': weights, 'meta': {}}, checkpoint)
    return {'config': str(config), 'checkpoint': str(checkpoint)}


def loader_config(length: int, batch_size: int = 2, size: int = 8) -> dict:
    """A sequential data loader of toy layouts."""
    return {
        'batch_size': batch_size,
        'num_workers': 0,
        'dataset': ToyLayouts(length, size),
        'sampler': {'type': 'DefaultSampler', 'shuffle': False},
        'collate_fn': {'type': 'pseudo_collate'},
    }


def evaluate(metrics: list, length: int = 5, model: BaseModel | None = None, size: int = 8):
    """Run MMagic's test loop without a work dir; returns the metrics of the loop."""
    from mmagic.engine.runner import MultiTestLoop
    from mmagic.evaluation import Evaluator
    from mmengine.runner import Runner

    class Host:
        """What a loop needs of a runner."""

        seed, metrics = 0, None
        build_dataloader = staticmethod(Runner.build_dataloader)

        def __init__(self) -> None:
            self.model = trained(model or ToyGenerator())
            self.visualizer = type('Visualizer', (), {})()

        def build_evaluator(self, settings):
            return Evaluator(settings['metrics']) if isinstance(settings, dict) else settings

        def call_hook(self, name, **kwargs):
            if name == 'after_test_epoch':
                self.metrics = kwargs['metrics']

    host = Host()
    loop = MultiTestLoop(host, loader_config(length, size=size), Evaluator(metrics))
    loop.run()
    return host.metrics


def trained(model: BaseModel) -> BaseModel:
    """Mark a toy generator as trained."""
    torch.nn.init.ones_(model.trained)
    return model


RUN_CONFIG = """
default_scope = 'mmagic'
custom_imports = dict(imports=['projects.ecgan', 'evaluation_toys'])
model = dict(type='ToyGenerator', wrong={wrong}, coarse=True)
loader = dict(
    batch_size=2, num_workers=0, dataset=dict(type='ToyLayouts', length=5, size=16),
    sampler=dict(type='DefaultSampler', shuffle=False), collate_fn=dict(type='pseudo_collate'))
train_dataloader = val_dataloader = test_dataloader = loader
train_cfg = dict(type='IterBasedTrainLoop', max_iters=2, val_interval=1)
val_cfg = dict(type='MultiValLoop')
test_cfg = dict(type='MultiTestLoop')
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.1))
segmentor = dict(config='{folder}/grey.py', checkpoint='{folder}/grey.pth')
val_evaluator = test_evaluator = [
    dict(type='SegmentationFidelity', segmentor=segmentor,
         sources=('generated', 'coarse', 'real')),
    dict(type='FeatureDistance', network=dict(type='segmentor', **segmentor)),
    dict(type='PairedPSNR'),
    dict(type='SWD', fake_nums=5, image_shape=(3, 16, 16), sample_model='orig', prefix='SWD')]
default_hooks = dict(checkpoint=dict(
    type='CheckpointHook', by_epoch=False, interval=1, save_best='generated/mIoU'))
visualizer = dict(type='mmengine.Visualizer', vis_backends=[dict(type='TensorboardVisBackend')])
log_processor = dict(by_epoch=False)
"""


def write_run_config(folder: Path, wrong: int = 0) -> Path:
    """Write a config that trains and tests the toy generator; its segmentor is there as well."""
    write_segmentor(folder)
    path = folder / f'toy_{wrong}.py'
    path.write_text(RUN_CONFIG.format(folder=folder, wrong=wrong))
    return path
