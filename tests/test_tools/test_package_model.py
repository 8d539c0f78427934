"""The models that come with the package: made by today's recipe, as good as their records say."""

import json
import shutil
from pathlib import Path

import fresh_process
import numpy as np
import pytest
import torch
from mmengine.config import Config
from tool_modules import load_tool

from projects.ecgan import ECGANInferencer
from projects.ecgan.datasets import SCENE_CLASSES, SCENE_PALETTE, ProceduralScenes
from projects.ecgan.evaluation import SegmentationFidelity
from projects.ecgan.inference.model_file import read_model_file
from projects.ecgan.models.segmentors import Segmentor
from projects.ecgan.weights import file_sha256

TOOL = load_tool('model_converters/package_model.py')
MODEL = TOOL.BOX / 'scenes.safetensors'
RECORD = json.loads(MODEL.with_suffix('.json').read_text())
REMEDY = 'train the recipe, then: python tools/model_converters/package_model.py CHECKPOINT'
JUDGE = 'unet-s3-c16_1xb8-800iters_scenes-64x64'


def test_made_by_todays_recipe():
    assert RECORD['recipe'] == TOOL.RECIPE.stem
    assert RECORD['recipe_sha256'] == TOOL.recipe_sha256(TOOL.RECIPE), REMEDY
    assert RECORD['weights_sha256'] == file_sha256(MODEL), REMEDY


def test_another_recipe_has_another_digest(tmp_path):
    def digest(text: str) -> str:
        (tmp_path / 'a.py').write_text(f'_base_ = {str(TOOL.RECIPE)!r}\n{text}')
        return TOOL.recipe_sha256(tmp_path / 'a.py')

    # Logs and checkpoints decide nothing; a rate does.
    assert digest('default_hooks = dict(samples=dict(interval=9))') == RECORD['recipe_sha256']
    rates = 'optim_wrapper = dict(generator=dict(optimizer=dict(lr=1.0)))'
    assert digest(rates) != RECORD['recipe_sha256']


def test_the_file_is_what_its_record_says():
    assert MODEL.stat().st_size == RECORD['bytes'] <= TOOL.LIMIT == 4_000_000
    model = read_model_file(MODEL)  # compares its digest
    assert model.card == RECORD['card']
    assert model.classes == list(SCENE_CLASSES)
    assert model.palette == [list(colour) for colour in SCENE_PALETTE]
    assert {x.dtype for x in model.state.values() if x.ndim > 1} == {torch.float16}
    card = model.card
    assert card['recipe'] == RECORD['recipe'] and card['weights'] == 'float16'
    assert card['protocol']['config'].endswith(f'ecgan/{RECORD["recipe"]}.py')
    assert card['protocol']['num_images'] == 256
    assert card['protocol']['segmentor']['config'] == JUDGE
    course = RECORD['training']
    assert course[-1]['iteration'] == card['training']['iterations']
    assert course[-1]['generated/mIoU'] == pytest.approx(mean_iou(RECORD), abs=1e-3)
    assert all({'loss_gen', 'loss_disc'} <= set(row) for row in course)


def mean_iou(record: dict) -> float:
    return record['card']['metrics']['generated']['mIoU']


@pytest.mark.slow
def test_its_pictures_are_judged_as_its_record_says():
    """As the file makes them, with its weights in 16 bits."""
    settings = Config.fromfile(TOOL.RECIPE, import_custom_modules=False).test_dataloader.dataset
    scenes = ProceduralScenes(split='val', length=settings.length)
    inferencer = ECGANInferencer('scenes', device='cpu')
    labels, instances = zip(*((s['gt_seg_map'], s['gt_instance_map']) for s in scenes))
    made = inferencer(list(labels), list(instances), batch_size=16)
    bgr = [np.ascontiguousarray(each.image[..., ::-1].transpose(2, 0, 1)) for each in made]
    batch = torch.from_numpy(np.stack(bgr))
    judge = Segmentor(JUDGE)
    predictions = torch.cat([judge(part) for part in batch.split(64)])
    truth = torch.from_numpy(np.stack(labels)).long()
    scores = SegmentationFidelity.calculate(predictions, truth, len(SCENE_CLASSES))
    assert scores['mIoU'] == pytest.approx(mean_iou(RECORD), abs=0.005)


@pytest.mark.slow
def test_the_recipe_trains_and_becomes_a_model_of_a_box(tmp_path):
    """A few iterations of the recipe itself, at its size, then the tool."""
    recipe, box, work = tmp_path / 'tiny.py', tmp_path / 'box', tmp_path / 'work'
    recipe.write_text(
        f'_base_ = {str(TOOL.RECIPE)!r}\n'
        'train_cfg = dict(max_iters=2, val_interval=2)\n'
        'param_scheduler = dict(begin=1, end=2)\n'
        'few = dict(num_workers=0, persistent_workers=False)\n'
        'train_dataloader = dict(**few)\n'
        'val_dataloader = dict(**few, dataset=dict(length=4))\n'
        'test_dataloader = dict(**few, dataset=dict(length=4))\n'
        'default_hooks = dict(logger=dict(interval=1))\n'
    )
    log, train = tmp_path / 'log', [str(recipe), '--work-dir', str(work)]
    script = 'tools/train.py'
    status = fresh_process.run(fresh_process.run_script, script, train, log=log, timeout=300)
    assert status == 0, log.read_text()
    tool = 'tools/model_converters/package_model.py'
    given = [str(work / 'iter_2.pth'), '--recipe', str(recipe), '--box', str(box), '--name', 'tiny']
    status = fresh_process.run(fresh_process.run_script, tool, given, log=log, timeout=300)
    assert status == 0, log.read_text()
    record = json.loads((box / 'tiny.json').read_text())
    model = read_model_file(box / 'tiny.safetensors')
    assert record['recipe_sha256'] == TOOL.recipe_sha256(recipe) != RECORD['recipe_sha256']
    assert record['weights_sha256'] == file_sha256(box / 'tiny.safetensors')
    assert record['bytes'] == (box / 'tiny.safetensors').stat().st_size <= TOOL.LIMIT
    # The recipe alone decides the size: that of the model in the box.
    assert abs(record['bytes'] - RECORD['bytes']) < 5000
    assert {k: v.shape for k, v in model.state.items()} == {
        k: v.shape for k, v in read_model_file(MODEL).state.items()
    }
    assert model.card['recipe'] == 'tiny' and model.card['training']['iterations'] == 2
    assert model.card['checkpoint_sha256'] == file_sha256(work / 'iter_2.pth')
    (row,) = record['training']
    assert row['iteration'] == 2 and row['loss_gen'] > 0
    assert row['generated/mIoU'] == pytest.approx(mean_iou(record), abs=1e-3)
    assert str(tmp_path) not in json.dumps(record)
    # A checkpoint of another recipe is refused, and nothing is written.
    given = [str(work / 'iter_2.pth'), '--box', str(tmp_path / 'none')]
    assert fresh_process.run(fresh_process.run_script, tool, given, log=log, timeout=300) == 2
    assert "was not trained by today's ecgan_base8_1xb4-4000iters" in log.read_text()
    assert not (tmp_path / 'none').exists()


def test_the_course_of_a_training_that_was_resumed(tmp_path):
    def write(folder: str, *rows: dict) -> None:
        path = tmp_path / folder / 'vis_data'
        path.mkdir(parents=True)
        (path / 'scalars.json').write_text('\n'.join(map(json.dumps, rows)))

    def losses(step: int, gen: float) -> dict:
        return dict(loss_gen=gen, loss_disc=1.0, step=step)

    write('a', losses(1, 9.0), losses(2, 5.0), {'generated/mIoU': 0.1, 'step': 2}, losses(3, 99.0))
    write('b', losses(3, 3.0), losses(4, 1.0), {'generated/mIoU': 0.2, 'step': 4}, losses(5, 7.0))
    assert TOOL.training_course(tmp_path, 4) == [
        {'iteration': 2, 'loss_gen': 7.0, 'loss_disc': 1.0, 'generated/mIoU': 0.1},
        {'iteration': 4, 'loss_gen': 2.0, 'loss_disc': 1.0, 'generated/mIoU': 0.2},
    ]
    shutil.rmtree(tmp_path / 'b')
    assert [row['iteration'] for row in TOOL.training_course(tmp_path, 3)] == [2, 3]


def test_what_a_config_may_have_otherwise():
    carried = dict(model=dict(a=(1, 2)), work_dir='x')
    assert TOOL.differing(carried, dict(model=dict(a=[1, 2]), work_dir='y')) == []
    assert TOOL.differing(carried, dict(model=dict(a=[1, 3]))) == ['model']


def test_no_model_is_left_without_a_record():
    files = {path.name for path in Path(TOOL.BOX).iterdir()}
    assert files == {f'{name}{end}' for name in ('scenes',) for end in ('.safetensors', '.json')}
