"""The judge that comes with the package: made by today's recipe, as good as its record says."""

import json
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from tool_modules import load_tool

from projects.ecgan.compat.safe_checkpoints import safe_load
from projects.ecgan.datasets import SCENE_CLASSES, ProceduralScenes
from projects.ecgan.evaluation import SegmentationFidelity
from projects.ecgan.models.segmentors import Segmentor
from projects.ecgan.weights import file_sha256

TOOL = load_tool('model_converters/package_judge.py')
WEIGHTS = TOOL.RECIPE.with_suffix('.pth')
RECORD = json.loads(WEIGHTS.with_suffix('.json').read_text())
REMEDY = 'make the judge anew: python tools/model_converters/package_judge.py'


def test_made_by_todays_recipe():
    assert RECORD['recipe'] == TOOL.RECIPE.stem
    assert RECORD['recipe_sha256'] == TOOL.recipe_sha256(TOOL.RECIPE), REMEDY
    assert RECORD['weights_sha256'] == file_sha256(WEIGHTS), REMEDY


def test_another_recipe_has_another_digest(tmp_path):
    def digest(text: str) -> str:
        (tmp_path / 'a.py').write_text(f'_base_ = {str(TOOL.RECIPE)!r}\n{text}')
        return TOOL.recipe_sha256(tmp_path / 'a.py')

    # Written elsewhere it is the same recipe; another rate makes another.
    assert digest('') == RECORD['recipe_sha256']
    assert digest('optim_wrapper = dict(optimizer=dict(lr=2e-2))') != RECORD['recipe_sha256']


def test_holds_weights_and_nothing_else():
    content = safe_load(WEIGHTS)
    assert list(content) == ['state_dict']
    state = content['state_dict']
    assert all(value.dtype in (torch.float32, torch.int64) for value in state.values())
    assert WEIGHTS.stat().st_size < 1.3 * sum(value.nbytes for value in state.values())


def scores_on_photos(recipe: Path) -> dict:
    judge = Segmentor(str(recipe))
    settings = Config.fromfile(recipe, import_custom_modules=False).val_dataloader.dataset
    scenes = ProceduralScenes(split='val', length=settings.length)
    pictures, labels = zip(*((scene['img'], scene['gt_seg_map']) for scene in scenes))
    batch = torch.stack([torch.from_numpy(picture).permute(2, 0, 1) for picture in pictures])
    predictions = torch.cat([judge(part) for part in batch.split(64)])
    labels = torch.stack([torch.from_numpy(label) for label in labels]).long()
    return SegmentationFidelity.calculate(predictions, labels, len(SCENE_CLASSES))


@pytest.mark.slow
def test_judges_photos_as_its_record_says():
    scores = scores_on_photos(TOOL.RECIPE)
    assert scores['mIoU'] == pytest.approx(RECORD['mIoU'], abs=0.001)
    assert scores['mIoU'] > 0.95


@pytest.mark.slow
def test_a_judge_is_made_and_found_beside_its_recipe(tmp_path):
    recipe = tmp_path / 'tiny.py'
    recipe.write_text(
        f'_base_ = {str(TOOL.RECIPE)!r}\n'
        'train_cfg = dict(max_iters=2, val_interval=2)\n'
        'val_dataloader = dict(dataset=dict(length=4))\n'
    )
    assert TOOL.main(['--recipe', str(recipe), '--work-dir', str(tmp_path / 'work')]) == 0
    record = json.loads((tmp_path / 'tiny.json').read_text())
    assert record['recipe'] == 'tiny' and record['recipe_sha256'] == TOOL.recipe_sha256(recipe)
    assert record['mIoU'] == pytest.approx(scores_on_photos(recipe)['mIoU'], abs=1e-4)
    protocol = Segmentor(str(recipe)).protocol()
    assert protocol['checkpoint'] == 'tiny.pth'
    assert protocol['checkpoint_sha256'] == record['weights_sha256']


@pytest.mark.campaign
def test_the_whole_recipe_makes_its_like(tmp_path):
    recipe = tmp_path / 'anew.py'
    recipe.write_text(f'_base_ = {str(TOOL.RECIPE)!r}\n')
    assert TOOL.main(['--recipe', str(recipe), '--work-dir', str(tmp_path / 'work')]) == 0
    record = json.loads((tmp_path / 'anew.json').read_text())
    assert record['recipe_sha256'] == RECORD['recipe_sha256']
    assert record['mIoU'] == pytest.approx(RECORD['mIoU'], abs=0.005)
