"""The page in a real browser: every test has a tab of its own, and so a layout of its own."""

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import numpy as np
import pytest
from page_tab import Tab, png
from PIL import Image

from projects.ecgan.datasets import SCENE_CLASSES, SCENE_PALETTE, draw_scene
from projects.ecgan.painting import MAX_BYTES

pytestmark = pytest.mark.campaign

FIRST = draw_scene(0, 1, (64, 64))[1]
SKY, GRASS, CAR = (SCENE_CLASSES.index(name) for name in ('sky', 'grass', 'car'))


@pytest.fixture
def tab(browser, address) -> Iterator[Tab]:
    context = browser.new_context(viewport=dict(width=1280, height=860))
    opened = Tab(context, address)
    yield opened
    assert opened.console == [] and opened.foreign == []
    context.close()


def test_it_starts_with_a_layout_of_the_data_set(tab, inferencer):
    assert np.array_equal(tab.layout(), FIRST)
    assert tab.page.locator('.paint-label').all_inner_texts() == [
        f'{name}\n{index}' for index, name in enumerate(SCENE_CLASSES, 1)
    ]
    expected = inferencer(FIRST)
    for shown, made in (
        (tab.picture(), expected.image),
        (tab.picture('.paint-sides figure'), expected.edge),
    ):
        # Another process may have other threads, and round otherwise.
        assert abs(shown.astype(int) - made).max() <= 1


def test_a_stroke_changes_the_picture_and_undo_brings_both_back(tab, inferencer):
    before = tab.picture()
    tab.choose('car')
    tab.stroke((10, 10), (40, 10))
    changed = tab.layout()
    expected = FIRST.copy()
    # A brush of 5 pixels is a square without its corners.
    expected[8:13, 9:42] = expected[9:12, 8:43] = CAR
    assert np.array_equal(changed, expected)
    after = tab.picture()
    assert abs(after.astype(int) - inferencer(changed).image).max() <= 1
    tab.key('Control+z')
    tab.until_shown(FIRST)
    tab.until(lambda: np.array_equal(tab.picture(), before))
    tab.click('Redo (Ctrl+Y)')
    tab.until_shown(changed)
    tab.until(lambda: np.array_equal(tab.picture(), after))


def test_many_strokes_at_once_end_with_the_picture_of_the_last(tab, inferencer):
    tab.choose('car')
    for y in range(0, 60, 6):
        tab.page.mouse.move(*tab.place(5, y))
        tab.page.mouse.down()
        tab.page.mouse.move(*tab.place(50, y), steps=2)
        tab.page.mouse.up()
    last = inferencer(tab.layout()).image.astype(int)
    tab.until(lambda: abs(last - tab.picture()).max() <= 1)


def test_fill(tab):
    tab.key('f')
    tab.choose('car')
    tab.page.mouse.click(*tab.place(0, 0))
    expected = tab_fill(FIRST, CAR)
    assert (expected != FIRST).any()
    tab.until_shown(expected)
    tab.click('Start anew: all of the chosen class')
    tab.until_shown(np.full((64, 64), CAR))


def tab_fill(ids: np.ndarray, label: int) -> np.ndarray:
    """The region of the first pixel, found by spreading."""
    region = np.zeros(ids.shape, bool)
    region[0, 0], count = True, 0
    while count < region.sum():
        count = region.sum()
        for axis in (0, 1):
            for step in (1, -1):
                moved = np.roll(region, step, axis)
                edge = (slice(None),) * axis + (0 if step > 0 else -1,)
                moved[edge] = False
                region |= moved & (ids == ids[0, 0])
    return np.where(region, label, ids)


def test_keyboard(tab):
    tab.key('7', '[', '[', '[', '[')
    assert tab.page.locator('text=1 px').count() == 1
    assert tab.page.locator('.paint-label[aria-pressed=true]').inner_text() == 'car\n7'
    # The cursor starts in the middle, at 32, 32.
    tab.key('ArrowLeft', 'Shift+ArrowUp', 'Shift+ArrowUp', 'Shift+ArrowUp')
    tab.page.keyboard.down(' ')
    tab.key('ArrowRight', 'ArrowRight', 'ArrowUp')
    tab.page.keyboard.up(' ')
    expected = FIRST.copy()
    expected[8, 31:34] = expected[7, 33] = CAR
    tab.until_shown(expected)
    tab.key(']')
    assert tab.page.locator('text=2 px').count() == 1
    tab.key('Control+z')
    tab.until_shown(FIRST)
    tab.key('Control+Shift+z')
    tab.until_shown(expected)


def test_touch_on_a_phone(browser, address):
    context = browser.new_context(
        viewport=dict(width=390, height=844), has_touch=True, is_mobile=True, device_scale_factor=2
    )
    tab = Tab(context, address)
    assert tab.page.evaluate('document.documentElement.scrollWidth') == 390
    tab.page.locator('.paint-label:has-text("car")').tap()
    tab.page.wait_for_selector('.paint-label[aria-pressed=true]:has-text("car")')
    before, top = tab.picture(), tab.page.evaluate('scrollY')
    touch = context.new_cdp_session(tab.page)
    steps = [('touchStart', 10, 4), ('touchMove', 20, 14), ('touchMove', 20, 40)]
    for kind, x, y in steps:
        x, y = tab.place(x, y)
        touch.send('Input.dispatchTouchEvent', dict(type=kind, touchPoints=[dict(x=x, y=y)]))
    touch.send('Input.dispatchTouchEvent', dict(type='touchEnd', touchPoints=[]))
    tab.until(lambda: not np.array_equal(tab.picture(), before))
    layout = tab.layout()
    assert all(layout[y, x] == CAR for x, y in ((10, 4), (15, 9), (20, 14), (20, 30), (20, 40)))
    assert tab.page.evaluate('scrollY') == top, 'the page does not scroll under a stroke'
    assert tab.console == [] and tab.foreign == []
    context.close()


def test_wrong_uploads_are_told_and_change_nothing(tab):
    tab.choose('car')
    tab.stroke((20, 20), (30, 20))
    before = tab.layout()
    for name, content, told in (
        ('a.txt', b'no picture', 'a.txt is not a picture'),
        ('b.png', png(np.full((8, 8, 3), 77, np.uint8)), 'b.png: 1 of its 1 colours'),
        ('c.png', png(np.full((8, 8), 8, np.uint8)), 'c.png: label ids [8] are out of range'),
        ('d.png', png(np.zeros((1100, 1100), np.uint8)), 'd.png is 1100x1100: at most'),
        ('e.png', bytes(MAX_BYTES + 1), 'the file is refused'),
    ):
        tab.upload(name, content)
        tab.page.wait_for_selector(f'.q-notification:has-text("{told}")')
        assert np.array_equal(tab.layout(), before)
    tab.upload('good.png', png(np.array(SCENE_PALETTE, np.uint8)[FIRST][:32]))
    tab.until(lambda: tab.layout().shape == (32, 64))
    assert np.array_equal(tab.layout(), FIRST[:32])
    tab.until(lambda: tab.picture().shape == (32, 64, 3))


def test_more_than_a_label_map_is_not_even_received(address):
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    # The head alone is answered: what would follow is not waited for.
    refused = {('content-length', str(10**10)): 413, ('transfer-encoding', 'chunked'): 411}
    for header, status in refused.items():
        connection.putrequest('POST', '/_nicegui/client/x/upload/1')
        connection.putheader(*header)
        connection.endheaders()
        assert connection.getresponse().status == status
        connection.close()


def test_what_is_saved_can_be_opened(tab, tmp_path):
    tab.choose('grass')
    tab.stroke((5, 5), (50, 30))
    painted = tab.layout()
    with tab.page.expect_download() as download:
        tab.click('Save the layout as a PNG of ids')
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == 'layout.png'
    assert np.array_equal(np.asarray(Image.open(path)), painted)
    tab.click('Next layout of the data set')
    tab.until_shown(draw_scene(1, 1, (64, 64))[1])
    assert tab.page.locator('text=Scene 2 of 3').count() == 1
    tab.upload(path.name, path.read_bytes())
    tab.until_shown(painted)
    with tab.page.expect_download() as download:
        tab.click('Save the picture')
    download.value.save_as(tmp_path / 'picture.png')
    assert np.asarray(Image.open(tmp_path / 'picture.png')).shape == (64, 64, 3)


def test_open_shows_the_browsers_dialog(tab, tmp_path):
    (tmp_path / 'a.png').write_bytes(png(np.full((64, 64), GRASS, np.uint8)))
    with tab.page.expect_file_chooser() as chooser:
        tab.click('Open a label map')
    chooser.value.set_files(tmp_path / 'a.png')
    tab.until_shown(np.full((64, 64), GRASS))


def test_two_browsers_do_not_see_each_others_layout(tab, browser, address):
    context = browser.new_context()
    other = Tab(context, address)
    tab.choose('car')
    tab.stroke((10, 10), (40, 10))
    painted = tab.layout()
    assert np.array_equal(other.layout(), FIRST)
    other.choose('grass')
    other.stroke((10, 50), (40, 50))
    assert (other.layout()[50, 10:41] == GRASS).all() and (other.layout()[10] != CAR).all()
    assert np.array_equal(tab.layout(), painted)
    # Each one's survives a reload of its page, history and all.
    for each in (tab, other):
        before = each.layout()
        each.page.reload()
        each.wait_for_picture()
        assert np.array_equal(each.layout(), before)
        each.key('Control+z')
        each.until_shown(FIRST)
    assert other.console == [] and other.foreign == []
    context.close()


def test_a_duplicated_tab_paints_a_layout_of_its_own(tab):
    tab.choose('car')
    tab.stroke((10, 10), (40, 10))
    with tab.page.context.expect_page() as opened:
        # What the library takes for the tab's id goes along with it.
        tab.page.evaluate('void window.open(location.href)')
    first, tab.page = tab.page, opened.value
    tab.wait_for_picture()
    assert np.array_equal(tab.layout(), FIRST)
    tab.page = first
    assert (tab.layout()[10, 10:41] == CAR).all()


def test_events_that_no_page_sends_are_told(tab):
    canvas = 'window.Object.values(mounted_app.$refs).find((r) => r?.canvas)'
    for event in (
        "'stroke', {number: 1, label: 99, runs: [0, 1]}",
        "'stroke', {number: 1, label: 1, runs: [0, 5000]}",
        "'fill', {number: 1, label: 1, x: 64, y: 0}",
    ):
        tab.page.evaluate(f'{canvas}.$emit({event})')
    tab.page.wait_for_selector('.q-notification:has-text("there is no label 99")')
    tab.page.wait_for_selector('.q-notification:has-text("reaches beyond the layout")')
    tab.page.wait_for_selector('.q-notification:has-text("no pixel 64, 0")')
    assert np.array_equal(tab.layout(), FIRST)


def test_a_stroke_that_crosses_a_change_is_kept(tab):
    """The browser has not seen the newest layout when it sends the stroke."""
    canvas = 'window.Object.values(mounted_app.$refs).find((r) => r?.canvas)'
    tab.key('f', '7')
    tab.page.mouse.click(*tab.place(0, 0))
    filled = tab_fill(FIRST, CAR)
    tab.until_shown(filled)
    tab.page.evaluate(f"{canvas}.$emit('stroke', {{number: 1, label: {SKY}, runs: [0, 3]}})")
    filled[0, :3] = SKY
    tab.until_shown(filled)
