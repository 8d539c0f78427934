"""The page of a model that makes many pictures of a layout."""

from collections.abc import Iterator

import numpy as np
import pytest
from ecgan_toys import write_checkpoint
from page_server import serving
from page_tab import Tab

from projects.ecgan import ECGANInferencer
from projects.ecgan.datasets import SCENE_CLASSES, draw_scene
from projects.ecgan.inference import Seeds

pytestmark = pytest.mark.campaign

FIRST = draw_scene(0, 1, (64, 64))[1]
GRASS = SCENE_CLASSES.index('grass')


@pytest.fixture(scope='module')
def noisy(repo_root, tmp_path_factory):
    folder = tmp_path_factory.mktemp('noisy')
    noise = dict(type='LayoutNoise', channels=4, per='class')
    return write_checkpoint(repo_root, folder, noise=noise)


@pytest.fixture(scope='module')
def noisy_address(repo_root, noisy, tmp_path_factory) -> Iterator[str]:
    pytest.importorskip('nicegui')
    with serving(repo_root, noisy, tmp_path_factory.mktemp('noisy_server')) as found:
        yield found


def test_another_picture_and_a_class_anew(browser, noisy_address, noisy):
    inferencer = ECGANInferencer(noisy, device='cpu')
    context = browser.new_context(viewport=dict(width=1280, height=860))
    tab = Tab(context, noisy_address)

    def until_seeds(seeds: Seeds) -> None:
        expected = inferencer(FIRST, seed=seeds).image.astype(int)
        tab.until(lambda: abs(expected - tab.picture()).max() <= 1)

    until_seeds(Seeds(0))
    tab.click('Another picture of the layout')
    until_seeds(Seeds(1))
    assert (FIRST == GRASS).any()
    tab.choose('grass')
    tab.click('Only the chosen class anew')
    until_seeds(Seeds(1).anew(GRASS, 2))
    tab.click('Only the chosen class anew')
    until_seeds(Seeds(1).anew(GRASS, 3))
    tab.click('Another picture of the layout')
    until_seeds(Seeds(4))
    assert np.array_equal(tab.layout(), FIRST)
    assert tab.console == [] and tab.foreign == []
    context.close()


def test_a_model_with_one_picture_offers_no_other(browser, address):
    context = browser.new_context()
    tab = Tab(context, address)
    assert tab.page.locator('[aria-label="Another picture of the layout"]').count() == 0
    assert tab.page.locator('[aria-label="Save the picture"]').count() == 1
    context.close()
