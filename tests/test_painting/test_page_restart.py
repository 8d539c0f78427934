"""The page of a server that is started anew: what was painted is there, also what was meanwhile."""

from collections.abc import Iterator

import numpy as np
import pytest
from page_server import PageServer, served
from page_tab import Tab

from projects.ecgan.datasets import SCENE_CLASSES, draw_scene
from projects.ecgan.painting import write_picture

pytest.importorskip('nicegui')
pytestmark = pytest.mark.campaign

FIRST = draw_scene(0, 1, (64, 64))[1]
CAR = SCENE_CLASSES.index('car')
TOLD = 'text=The layout is as you left it'


@pytest.fixture(scope='module')
def server(repo_root, checkpoint, tmp_path_factory) -> Iterator[PageServer]:
    with served(repo_root, checkpoint, tmp_path_factory.mktemp('restarted'), '--api') as found:
        yield found


def test_a_layout_outlives_a_server(browser, server, inferencer):
    context = browser.new_context(viewport=dict(width=1280, height=860))
    tab = Tab(context, server.address)
    tab.page.set_default_timeout(120_000)
    tab.choose('car')
    tab.stroke((10, 10), (40, 10))
    server.kill()
    # Nobody hears of this stroke.
    tab.page.mouse.move(*tab.place(10, 30))
    tab.page.mouse.down()
    tab.page.mouse.move(*tab.place(40, 30), steps=5)
    tab.page.mouse.up()
    painted = tab.layout()
    assert (painted[29:32, 12:40] == CAR).all() and (painted[9:12, 12:40] == CAR).all()
    server.start()
    tab.page.wait_for_selector(f'{TOLD}; the server was started anew')
    tab.wait_for_picture()
    assert np.array_equal(tab.layout(), painted)
    tab.until(lambda: abs(tab.picture().astype(int) - inferencer(painted).image).max() <= 1)
    # The one change that the new server knows of.
    tab.key('Control+z')
    tab.until_shown(FIRST)
    tab.key('Control+y')
    tab.until_shown(painted)
    tab.page.reload()
    tab.wait_for_picture()
    assert np.array_equal(tab.layout(), painted)
    assert tab.page.locator(TOLD).count() == 0
    assert tab.foreign == []
    # Another tab, and a copy of this one with all that the browser keeps, begin anew.
    with context.expect_page() as opened:
        tab.page.evaluate('() => window.open(location.href)')
    opened.value.wait_for_selector('.paint-main:not(.busy) img[src^="data:"]')
    other = Tab(context, server.address)
    assert np.array_equal(other.layout(), FIRST)
    assert opened.value.locator(TOLD).count() == 0
    context.close()


def test_the_form_of_the_reference_makes_a_picture(browser, server, inferencer):
    context = browser.new_context()
    page, foreign = context.new_page(), []
    page.on('request', lambda request: foreign.append(request.url))
    page.goto(f'{server.address}api/docs')
    layout = dict(
        name='layout.png', mimeType='image/png', buffer=write_picture(FIRST.astype('uint16'))
    )
    page.set_input_files('input[name=layout]', layout)
    with page.expect_response('**/api/generate') as answered:
        page.click('button')
    assert answered.value.status == 200
    assert answered.value.headers['content-type'] == 'image/png'
    page.wait_for_selector('img')
    size = page.evaluate('() => [...document.images].map((x) => [x.naturalWidth, x.naturalHeight])')
    assert size == [[64, 64]]
    assert all(url.startswith(server.address) for url in foreign)
    context.close()
