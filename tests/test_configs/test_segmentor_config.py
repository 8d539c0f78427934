"""The segmentor recipe: its parts fit together and the data set, and it learns."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner import Runner

from projects.ecgan.datasets import SCENE_CLASSES, ProceduralScenes
from projects.ecgan.models.segmentors import Segmentor

NAME = 'unet-s3-c16_1xb8-800iters_scenes-64x64'


@pytest.fixture
def config(repo_root: Path) -> Config:
    return Config.fromfile(repo_root / 'configs' / 'segmentor' / f'{NAME}.py')


def test_name_tells_the_schedule(config):
    assert config.train_cfg.max_iters == 800 and config.train_dataloader.batch_size == 8
    assert config.model.decode_head.num_classes == len(SCENE_CLASSES)
    assert len(config.model.decode_head.loss_decode.class_weight) == len(SCENE_CLASSES)


@pytest.mark.parametrize('size', [(64, 64), (96, 128)])
def test_predicts_a_label_for_each_pixel(config, size):
    import mmseg.models  # noqa: F401  (registers the models)
    from mmseg.registry import MODELS

    with DefaultScope.overwrite_default_scope('mmseg'):
        model = MODELS.build(config.model).eval()
    with torch.no_grad():
        inputs = model.data_preprocessor({'inputs': [torch.zeros(3, *size)]})['inputs']
        prediction = model.predict(inputs)
    assert prediction[0].pred_sem_seg.data.shape == (1, *size)


@pytest.mark.slow
def test_learns(config, tmp_path, repo_root):
    """A thirteenth of the schedule separates the large classes; the full one reaches 0.96."""
    iterations = 60
    config.merge_from_dict(
        {
            'work_dir': str(tmp_path),
            'train_cfg.max_iters': iterations,
            'train_cfg.val_interval': iterations,
            'val_dataloader.dataset.length': 32,
            'experiment_name': 'segmentor',
        }
    )
    config.param_scheduler[0].end = config.param_scheduler[1].begin = 10
    config.param_scheduler[1].end = iterations
    runner = Runner.from_cfg(config)
    runner.train()
    scores = runner.message_hub.get_scalar('val/aAcc').current()
    # Measured: 83. One label for every pixel, the most frequent, scores below 40.
    assert scores > 70, f'aAcc {scores}'
    # Its like: it says what the judge beside the recipe says, which was trained to the end.
    judge = Segmentor(str(repo_root / 'configs' / 'segmentor' / f'{NAME}.py'))
    scenes = ProceduralScenes(split='val', length=32)
    pictures = torch.stack([torch.from_numpy(scene['img']).permute(2, 0, 1) for scene in scenes])
    judge_says = judge(pictures)
    judge.model = runner.model.eval()
    agreement = (judge(pictures) == judge_says).float().mean().item()
    # Measured: 0.83.
    assert agreement > 0.75, f'agreement {agreement}'


JUDGES = (
    'unet-s5-c16_1xb8-3000iters_camvid-128x96',
    'fast-scnn_scratch_1xb8-2500iters_camvid-128x96',
)
# Not asked unless told to (docs/data_sets.md).
THIRD_JUDGE = 'erfnet_scratch_1xb8-1500iters_camvid-128x96'


@pytest.mark.parametrize('name', [*JUDGES, THIRD_JUDGE])
def test_judges_of_camvid_see_every_picture_at_their_size(repo_root, tmp_path, name):
    """As the evaluator of CamVid has it, also pictures of 256 x 192 and photos as released."""
    import mmseg.models  # noqa: F401  (registers the models)
    from mmseg.registry import MODELS

    path = repo_root / 'configs' / 'segmentor' / f'{name}.py'
    checkpoint = tmp_path / 'judge.pth'
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmseg'):
        model = MODELS.build(Config.fromfile(path).model)
    model.init_weights()
    torch.save(dict(state_dict=model.state_dict()), checkpoint)
    data = Config.fromfile(repo_root / 'configs/_base_/datasets/camvid_128x96.py')
    asked = data.test_evaluator.metrics[1 if name == JUDGES[1] else 0].segmentor
    if name in JUDGES:
        assert Path(asked.config).stem == Path(asked.checkpoint).parent.name == name
    settings = dict(asked, config=str(path), checkpoint=str(checkpoint))
    judge = Segmentor(**settings)
    assert judge.num_classes == 11
    seen = []
    judge.model.backbone.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].shape))
    for size in ((96, 128), (192, 256), (360, 480)):
        picture = torch.randint(0, 256, (1, 3, *size), dtype=torch.uint8)
        assert judge(picture).shape == (1, *size)
    assert len(set(seen)) == 1
    assert seen[0][-2:] == ((192, 256) if name == JUDGES[1] else (96, 128))
