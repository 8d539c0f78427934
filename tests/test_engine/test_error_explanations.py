"""Which errors end a tool with one sentence, and which with a traceback."""

import errno

import pytest
from mmagic.registry import DATASETS, MODELS
from mmengine.runner import Runner
from mmengine.visualization import TensorboardVisBackend, Visualizer

from projects.ecgan.engine.error_explanations import explain


def caught(function, *args, **kwargs) -> BaseException:
    with pytest.raises(Exception) as error:
        function(*args, **kwargs)
    return error.value


def test_defects_have_no_sentence():
    assert explain(caught(lambda: [][0])) is None
    assert explain(TypeError("f() got an unexpected keyword argument 'x'")) is None
    assert explain(RuntimeError('shapes differ')) is None


def test_setting_that_a_part_does_not_take():
    error = caught(MODELS.build, dict(type='SPADEGenerator', layout_channels=3, widht=4))
    sentence = explain(error)
    assert sentence.startswith('the config does not fit: TypeError: ') and "'widht'" in sentence


def test_value_that_a_constructor_cannot_take():
    error = caught(DATASETS.build, dict(type='ProceduralScenes', length=None))
    sentence = explain(error)
    assert sentence.startswith('the config does not fit: TypeError: ')
    assert sentence.endswith('(a setting of ProceduralScenes)')
    loader = dict(batch_size=0, dataset=[1], sampler=dict(type='DefaultSampler'))
    sentence = explain(caught(Runner.build_dataloader, loader))
    assert 'batch_size=0' in sentence and sentence.endswith('(a setting of a data loader)')
    assert explain(caught(lambda: [].index(1))) is None


def test_machine(tmp_path):
    error = caught(open, tmp_path / 'absent')
    assert explain(error) == f'No such file or directory: {tmp_path / "absent"}'
    full = OSError(errno.ENOSPC, 'No space left on device', 'work_dirs/iter_1.pth')
    assert explain(full) == 'No space left on device: work_dirs/iter_1.pth; make room there'


def test_lost_process():
    text = '[../third_party/gloo/gloo/transport/tcp/pair.cc:534] Connection closed by peer'
    assert 'another process of this run has ended' in explain(RuntimeError(text))


def test_a_backend_of_the_visualizer_that_fails_is_named(tmp_path) -> None:
    class Refusing(TensorboardVisBackend):
        def _init_env(self) -> None:
            raise RuntimeError('no api key')

    with pytest.raises(RuntimeError) as caught:
        Visualizer(vis_backends=[Refusing(str(tmp_path))]).add_scalar('a', 1)
    assert explain(caught.value) == (
        'the Refusing of the visualizer failed: RuntimeError: no api key - mend that, or take it '
        'out of visualizer.vis_backends'
    )
