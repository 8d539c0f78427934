"""The API: pictures are the inferencer's, and whatever is wrong is one sentence with a status."""

import asyncio
import io
import json
import re
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from ecgan_toys import write_checkpoint
from PIL import Image

pytest.importorskip('nicegui')
pytest.importorskip('httpx')

from fastapi.testclient import TestClient

from projects.ecgan import ECGANInferencer
from projects.ecgan.datasets import SCENE_CLASSES, SCENE_PALETTE, draw_scene
from projects.ecgan.painting import SharedState, write_picture
from projects.ecgan.painting.api import API_PATH, build_api, no_api
from projects.ecgan.painting.api_pictures import CallPictures
from projects.ecgan.painting.layout_files import MAX_BYTES
from projects.ecgan.weights import file_sha256

IDS = draw_scene(0, 1, (64, 64))[1].astype(np.uint8)


@pytest.fixture(scope='module')
def shared(inferencer) -> SharedState:
    return SharedState(inferencer)


@pytest.fixture(scope='module')
def client(shared) -> Iterator[TestClient]:
    with TestClient(build_api(shared)) as found:
        yield found


@pytest.fixture(scope='module')
def noisy(repo_root, tmp_path_factory) -> ECGANInferencer:
    noise = dict(type='LayoutNoise', channels=4, per='class')
    folder = tmp_path_factory.mktemp('noisy')
    return ECGANInferencer(write_checkpoint(repo_root, folder, noise=noise), device='cpu')


def encoded(values: np.ndarray, kind: str = 'PNG') -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, kind)
    return buffer.getvalue()


LAYOUT = encoded(IDS)


def refusal(client: TestClient, status: int, **request: object) -> str:
    """The sentence that a request is refused with."""
    answer = client.post('/generate', **request)
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ['error']
    return answer.json()['error']


@pytest.mark.parametrize(
    'content',
    [LAYOUT, encoded(IDS, 'BMP'), encoded(IDS.astype(np.uint16), 'TIFF'),
     encoded(np.array(SCENE_PALETTE, np.uint8)[IDS])],
    ids=['png', 'bmp', 'tiff', 'colours'],
)  # fmt: skip
def test_a_picture_is_the_inferencers(client, inferencer, content):
    expected = write_picture(inferencer(IDS).image)
    for request in (dict(files={'layout': content}), dict(content=content)):
        answer = client.post('/generate', **request)
        assert (answer.status_code, answer.headers['content-type']) == (200, 'image/png')
        assert answer.content == expected


def test_other_outputs_and_instance_maps(client, inferencer):
    expected = inferencer(IDS)
    for output in ('edge', 'coarse', 'layout'):
        answer = client.post('/generate', params=dict(output=output), content=LAYOUT)
        assert answer.content == write_picture(np.ascontiguousarray(getattr(expected, output)))
    assert 'regions of a class are taken for instances' in answer.headers['ecgan-note']
    objects = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) // 100
    files = dict(layout=LAYOUT, instances=encoded(objects))
    answer = client.post('/generate', files=files)
    assert answer.content == write_picture(inferencer(IDS, objects).image) != expected
    assert 'ecgan-note' not in answer.headers
    answer = refusal(client, 422, files=dict(layout=LAYOUT, instances=encoded(objects[:32])))
    assert answer == 'layout is 64x64, but its instance map is 64x32 (width x height)'


def test_sizes(client, inferencer):
    odd = IDS[:50, :60]
    answer = client.post('/generate', content=encoded(odd))
    assert answer.content == write_picture(np.ascontiguousarray(inferencer(odd).image))
    assert '60x50 (width x height) is 0.938 x 0.781 times' in answer.headers['ecgan-note']
    sentence = refusal(client, 422, files=dict(layout=encoded(odd)), data=dict(sizes='refuse'))
    assert sentence == (
        'layout is 60x50 (width x height), the network takes multiples of 32, such as 64x64'
    )
    resized = ECGANInferencer(inferencer.checkpoint, device='cpu', sizes='resize')
    answer = client.post('/generate', params=dict(sizes='resize'), content=encoded(odd))
    assert answer.content == write_picture(resized(odd).image)
    assert inferencer.sizes == 'pad'


def test_seeds(client, noisy):
    with TestClient(build_api(SharedState(noisy))) as other:
        assert other.get('/model').json()['seeds'] is True
        pictures = {
            seed: other.post('/generate', files=dict(layout=LAYOUT), data=dict(seed=seed)).content
            for seed in (0, 3, 2**63 - 1)
        }
        assert other.post('/generate', content=LAYOUT).content == pictures[0]
        assert refusal(other, 422, params=dict(seed=-1), content=LAYOUT).startswith("seed='-1': ")
    assert pictures[3] == write_picture(noisy(IDS, seed=3).image) != pictures[0]
    sentence = refusal(client, 422, params=dict(seed=3), content=LAYOUT)
    assert sentence == 'seed=3: this model makes one picture of each layout; leave seed out'


@pytest.mark.parametrize(
    ('status', 'request_', 'sentence'),
    [
        (400, dict(content=b''), 'there is no label map: send its file as the body'),
        (400, dict(files={'map': LAYOUT}), "there is no file 'map' to send: layout, instances"),
        (400, dict(files={'instances': LAYOUT}), 'the form has no file `layout`'),
        (400, dict(files={'layout': (None, 'l.png')}), 'layout is text, not a file; with curl: -F'),
        (400, dict(content=LAYOUT, headers={'content-type': 'multipart/form-data'}), 'boundary'),
        (413, dict(content=LAYOUT + bytes(MAX_BYTES)), 'layout is larger than 4 MB'),
        (413, dict(content=encoded(np.zeros((1200, 1200), np.uint8))), 'layout is 1200x1200: at'),
        (415, dict(content=b'no picture'), 'layout is not a picture of the format PNG, BMP, TIFF'),
        (415, dict(json=dict(layout='x')), 'layout is not a picture of the format PNG, BMP, TIFF'),
        (415, dict(files={'layout': encoded(IDS, 'JPEG')}), 'layout is not a picture'),
        (415, dict(files={'layout': LAYOUT, 'instances': b'x'}), 'instances is not a picture'),
        (422, dict(content=LAYOUT[:-60]), 'layout cannot be read: the file is damaged'),
        (422, dict(content=encoded(IDS + 90)), 'layout: label ids'),
        (422, dict(content=LAYOUT, params=dict(sise='pad')), "there is no setting 'sise': seed, "),
        (422, dict(files={'layout': LAYOUT}, data=dict(sise='pad')), "there is no setting 'sise'"),
        (422, dict(content=LAYOUT, params=dict(sizes='big')), "sizes='big': should be 'pad', "),
        (422, dict(content=LAYOUT, params=dict(seed='x')), "seed='x': should be a valid integer"),
        (422, dict(files={'layout': LAYOUT}, data=dict(seed='1.5')), "seed='1.5': should be a "),
        (422, dict(files={'layout': LAYOUT}, data=dict(sizes='pad'), params=dict(sizes='refuse')),
         'sizes is given twice'),
        (422, dict(files=[('layout', LAYOUT), ('layout', LAYOUT)]), 'layout is given twice'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence(client, status, request_, sentence):
    found = refusal(client, status, **request_)
    assert sentence in found
    assert '\n' not in found


def test_a_form_of_a_browser_leaves_fields_empty(client):
    files = {'layout': ('a.png', LAYOUT), 'instances': ('', b'')}
    answer = client.post('/generate', files=files, data=dict(seed='', sizes='pad', output='image'))
    assert answer.status_code == 200


def test_model(client, inferencer):
    told = client.get('/model').json()
    assert [each['name'] for each in told['labels']] == list(SCENE_CLASSES)
    assert [each['id'] for each in told['labels']] == list(range(len(SCENE_CLASSES)))
    assert [each['colour'] for each in told['labels']] == [list(each) for each in SCENE_PALETTE]
    assert told['digest'] == file_sha256(inferencer.checkpoint)
    assert told['name'] == 'iter_2.pth'
    assert (told['seeds'], told['instances'], told['reading']) == (False, True, {})
    assert told['sizes'] == dict(
        trained=[64, 64], multiple=32, max_pixels=2**20, max_side=2048, max_bytes=MAX_BYTES
    )


def test_health_and_what_is_not_there(client, shared):
    assert client.get('/health').json() == dict(status='ok', waiting=0)
    answer = client.get('/nothing')
    assert answer.status_code == 404 and '/api/generate' in answer.json()['error']
    answer = client.get('/generate')
    assert answer.status_code == 405 and answer.headers['allow'] == 'POST'
    assert answer.json()['error'].startswith('GET /generate: method not allowed; there are')


def test_while_it_stops_nothing_is_taken(inferencer):
    shared = SharedState(inferencer)
    with TestClient(build_api(shared)) as stopping:
        shared.queue.stopping = True
        answer = stopping.post('/generate', content=LAYOUT)
        assert (answer.status_code, answer.headers['retry-after']) == (503, '10')
        assert answer.json() == dict(error='the server stops; try again when it is back')
        assert stopping.get('/health').status_code == 503


def test_a_defect_is_one_sentence_too(inferencer, monkeypatch):
    shared = SharedState(inferencer)
    api = build_api(shared)
    monkeypatch.setattr('projects.ecgan.painting.api_pictures.check_file', lambda *_: 1 / 0)
    with TestClient(api, raise_server_exceptions=False) as client:
        sentence = refusal(client, 500, content=LAYOUT)
    assert sentence == 'no picture: ZeroDivisionError: division by zero'
    assert shared.queue.is_idle


def test_without_it_every_request_is_told_so():
    with TestClient(no_api()) as client:
        for answer in (client.post('/generate', content=LAYOUT), client.get('/health')):
            assert answer.status_code == 404
            assert '--api' in answer.json()['error']


def test_its_description_names_all_that_can_be_sent(client):
    told = client.get('/openapi.json').json()
    assert told['servers'] == [{'url': API_PATH}]
    assert sorted(told['paths']) == ['/generate', '/health', '/model']
    post = told['paths']['/generate']['post']
    assert [each['name'] for each in post['parameters']] == ['seed', 'sizes', 'output']
    form = post['requestBody']['content']['multipart/form-data']['schema']
    assert sorted(form['properties']) == ['instances', 'layout', 'output', 'seed', 'sizes']
    assert {'200', '400', '408', '411', '413', '415', '422', '503'} == set(post['responses'])
    assert list(post['responses']['200']['content']) == ['image/png']


def test_its_page_loads_nothing_from_elsewhere(client):
    page = client.get('/docs').text
    assert not re.findall(r'(?:https?:)?//[\w.]+', page)
    for text in ('POST /api/generate', '<code>seed</code>', 'labels.colour', '<td>503</td>'):
        assert text in page
    assert API_PATH == '/api'


def talk(shared: SharedState, receive: Callable, most: float = 20.0) -> list[dict]:
    """What the API sends to a client that says what ``receive`` returns."""
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    scope = dict(type='http', method='POST', path='/generate', query_string=b'', headers=[],
                 client=('192.0.2.1', 1))  # fmt: skip
    asyncio.run(asyncio.wait_for(build_api(shared)(scope, receive, send), most))
    return sent


def test_who_goes_away_while_waiting_costs_nothing(inferencer, monkeypatch):
    shared, gate, told = SharedState(inferencer), threading.Event(), []

    async def receive() -> dict:
        told.append(shared.queue.waiting)
        if len(told) == 1:
            # Something else is at work.
            told.append(asyncio.create_task(shared.queue.newest('tab', lambda: gate.wait(10))))
            return dict(type='http.request', body=LAYOUT)
        await asyncio.sleep(0.1)
        assert shared.queue.waiting == 1
        asyncio.get_running_loop().call_later(0.1, gate.set)
        return dict(type='http.disconnect')

    made = []
    monkeypatch.setattr(CallPictures, 'make', lambda *_: made.append(1))
    talk(shared, receive)
    assert made == [] and shared.queue.waiting == 0
    with shared.queue.place('192.0.2.1'):
        pass


def test_a_body_that_does_not_come_is_given_up(inferencer, monkeypatch):
    monkeypatch.setattr('projects.ecgan.painting.api.RECEIVE_SECONDS', 0.05)
    bodies = iter([dict(type='http.request', body=b'x', more_body=True)])

    async def receive() -> dict:
        for body in bodies:
            return body
        await asyncio.sleep(60)

    start, body = talk(SharedState(inferencer), receive)
    assert start['status'] == 408
    assert json.loads(body['body'])['error'].startswith('the body did not come within')
