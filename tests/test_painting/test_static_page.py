"""The page that needs no server, in a real browser without a network."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ecgan_toys import write_checkpoint
from page_tab import png
from PIL import Image
from static_tab import StaticTab, is_near

from projects.ecgan import ECGANInferencer
from projects.ecgan.datasets import SCENE_CLASSES, draw_scene
from projects.ecgan.errors import MissingFileError
from projects.ecgan.inference import Seeds
from projects.ecgan.painting.static_page import export_page
from projects.ecgan.painting.static_page.runtime_files import VERSION, find_runtime

pytestmark = pytest.mark.campaign

FIRST = draw_scene(0, 1, (64, 64))[1]
SKY, GRASS, CAR = (SCENE_CLASSES.index(name) for name in ('sky', 'grass', 'car'))
PHONE = dict(
    viewport=dict(width=390, height=844), has_touch=True, is_mobile=True, device_scale_factor=2
)


def need_runtime() -> None:
    for package in ('onnx', 'onnxscript', 'onnxruntime'):
        pytest.importorskip(package)
    try:
        find_runtime()
    except MissingFileError as error:
        pytest.skip(str(error))


@pytest.fixture(scope='module')
def folder(checkpoint, tmp_path_factory) -> Path:
    """The page as a folder."""
    need_runtime()
    path = tmp_path_factory.mktemp('page')
    report = export_page(checkpoint, path)
    assert report.path == path / 'index.html'
    assert report.compared.kernels.is_of_kernels and not report.compared.pictures.is_visible
    assert str(report).startswith(f'{report.path}: {report.size / 1e6:.1f} MB')
    there = sum(file.stat().st_size for file in path.rglob('*') if file.is_file())
    assert there - (path / 'LICENSE.onnxruntime-web.txt').stat().st_size == report.size
    return path


@pytest.fixture
def tab(browser, folder) -> Iterator[StaticTab]:
    """A tab of its own, from the disk."""
    context = browser.new_context(viewport=dict(width=1280, height=860))
    opened = StaticTab(context, (folder / 'index.html').as_uri())
    yield opened
    assert opened.console == [] and outside(opened, folder) == []
    context.close()


def outside(tab: StaticTab, folder: Path) -> list[str]:
    """Requests for anything that is not of the page."""
    return [url for url in tab.foreign if not url.startswith(folder.as_uri())]


def test_from_a_disk_it_shows_the_inferencers_picture(tab, inferencer):
    assert np.array_equal(tab.layout(), FIRST)
    assert tab.page.locator('.paint-label').all_inner_texts() == [
        f'{name}\n{index}' for index, name in enumerate(SCENE_CLASSES, 1)
    ]
    expected = inferencer(FIRST)
    for name in ('image', 'edge', 'coarse'):
        assert is_near(tab.picture(name), getattr(expected, name)), name
    tab.page.click('[data-act=about]')
    told = tab.page.inner_text('dialog')
    assert 'of 255 levels from PyTorch' in told and f'onnxruntime-web {VERSION}' in told
    assert 'MIT License' in tab.page.text_content('dialog pre')


def test_a_stroke_changes_the_picture_and_undo_brings_both_back(tab, inferencer):
    before = tab.picture()
    tab.choose('car')
    tab.stroke((10, 10), (40, 10))
    changed, expected = tab.layout(), FIRST.copy()
    expected[8:13, 9:42] = expected[9:12, 8:43] = CAR
    assert np.array_equal(changed, expected)
    tab.until_picture(inferencer(changed).image)
    after = tab.picture()
    tab.key('Control+z')
    assert np.array_equal(tab.layout(), FIRST)
    tab.until(lambda: np.array_equal(tab.picture(), before))
    tab.click('Redo (Ctrl+Y)')
    assert np.array_equal(tab.layout(), changed)
    tab.until(lambda: np.array_equal(tab.picture(), after))


def test_many_strokes_at_once_end_with_the_picture_of_the_last(tab, inferencer):
    tab.choose('car')
    for y in range(0, 60, 6):
        tab.page.mouse.move(*tab.place(5, y))
        tab.page.mouse.down()
        tab.page.mouse.move(*tab.place(50, y), steps=2)
        tab.page.mouse.up()
    tab.until_picture(inferencer(tab.layout()).image)


def test_keys_fill_examples_and_an_empty_layout(tab):
    tab.key('f', '7')
    tab.page.mouse.click(*tab.place(0, 0))
    filled = tab.layout()
    assert filled[0, 0] == CAR and (filled[FIRST[0, 0] != FIRST] != CAR).any()
    tab.key('b', '[', '[', '[', '[', 'ArrowLeft', 'Shift+ArrowUp')
    assert tab.page.inner_text('#size-text') == '1 px'
    tab.click('Next example')
    tab.until(lambda: np.array_equal(tab.layout(), draw_scene(1, 1, (64, 64))[1]))
    assert tab.page.inner_text('#example-text') == 'Example 2 / 3'
    tab.click('Start anew: all of the chosen class')
    tab.until(lambda: (tab.layout() == CAR).all())
    tab.key('Control+z', 'Control+z')
    assert np.array_equal(tab.layout(), filled)


def test_what_is_saved_can_be_opened(tab, tmp_path, inferencer):
    tab.choose('grass')
    tab.stroke((5, 5), (50, 30))
    painted = tab.layout()
    for about, name in (
        ('Save the layout as a PNG', 'layout.png'),
        ('Save the picture', 'picture.png'),
    ):
        with tab.page.expect_download() as download:
            tab.click(about)
        assert download.value.suggested_filename == name
        download.value.save_as(tmp_path / name)
    assert np.array_equal(np.asarray(Image.open(tmp_path / 'layout.png')), painted)
    assert is_near(np.asarray(Image.open(tmp_path / 'picture.png')), inferencer(painted).image)
    tab.click('Start anew: all of the chosen class')
    for name, content, told in (
        ('a.txt', b'no picture', 'a.txt is no PNG file'),
        ('b.png', png(np.full((8, 8), 8, np.uint8)), 'b.png: label ids 8 are of no class'),
    ):
        tab.upload(name, content)
        tab.page.wait_for_selector(f'#messages:has-text("{told}")')
        assert (tab.layout() == GRASS).all()
    tab.upload('layout.png', (tmp_path / 'layout.png').read_bytes())
    tab.until(lambda: np.array_equal(tab.layout(), painted))
    # Of a size that the network does not take.
    small = png(FIRST[:40, :33].astype(np.uint8))
    tab.upload('small.png', small)
    tab.until(lambda: tab.layout().shape == (40, 33))
    tab.until_picture(inferencer(FIRST[:40, :33]).image)
    assert 'is not the 64x64 of the training' in tab.page.inner_text('#messages')


def test_touch_on_a_phone_from_a_plain_server(browser, folder):
    handler = functools.partial(QuietHandler, directory=folder)
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context(**PHONE)
    address = f'http://127.0.0.1:{server.server_address[1]}/'
    tab = StaticTab(context, address)
    assert tab.page.evaluate('document.documentElement.scrollWidth') == 390
    tab.page.locator('.paint-label:has-text("car")').tap()
    before, top = tab.picture(), tab.page.evaluate('scrollY')
    touch = context.new_cdp_session(tab.page)
    for kind, x, y in (('touchStart', 10, 4), ('touchMove', 20, 14), ('touchMove', 20, 40)):
        x, y = tab.place(x, y)
        touch.send('Input.dispatchTouchEvent', dict(type=kind, touchPoints=[dict(x=x, y=y)]))
    touch.send('Input.dispatchTouchEvent', dict(type='touchEnd', touchPoints=[]))
    tab.until(lambda: not np.array_equal(tab.picture(), before))
    layout = tab.layout()
    assert all(layout[y, x] == CAR for x, y in ((10, 4), (15, 9), (20, 14), (20, 30), (20, 40)))
    assert tab.page.evaluate('scrollY') == top, 'the page does not scroll under a stroke'
    assert tab.console == [] and tab.foreign == []
    context.close()
    server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args) -> None:
        pass


@pytest.mark.parametrize('per', ['class', 'pixel'])
def test_seeds_are_those_of_the_inferencer(browser, repo_root, tmp_path, per):
    need_runtime()
    noise = dict(type='LayoutNoise', channels=4, per=per)
    model = write_checkpoint(repo_root, tmp_path, noise=noise)
    page = tmp_path / 'page.html'
    report = export_page(model, page, weights='int8')
    assert report.path == page and [*tmp_path.glob('page*')] == [page]
    inferencer = ECGANInferencer(model, device='cpu')
    context = browser.new_context(viewport=dict(width=1280, height=860), color_scheme='dark')
    tab = StaticTab(context, page.as_uri())

    def until_seeds(seeds: Seeds) -> None:
        expected = inferencer(FIRST, seed=seeds).image.astype(int)
        # Weights of 8 bits: a level more.
        tab.until(lambda: (abs(tab.picture().astype(int) - expected) <= 2).mean() > 0.99)

    until_seeds(Seeds(0))
    tab.click('Another picture of the layout')
    until_seeds(Seeds(1))
    tab.choose('grass')
    tab.click('Only the chosen class anew')
    until_seeds(Seeds(1).anew(GRASS, 2))
    assert tab.console == [] and tab.foreign == []
    context.close()
