"""Random label maps, files, configs and checkpoints: a result or one sentence, nothing else."""

import contextlib
import io
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from campaign_results import report, seed
from ecgan_toys import write_checkpoint
from fresh_process import REPO_ROOT
from mmagic.registry import DATASETS, MODELS, TRANSFORMS
from PIL import Image

from projects.ecgan import ECGANInferencer
from projects.ecgan.compat.safe_checkpoints import safe_load
from projects.ecgan.datasets import ProceduralScenes
from projects.ecgan.engine.configuration import (
    check_config,
    merge_options,
    read_config,
    read_options,
)
from projects.ecgan.engine.error_explanations import explain
from projects.ecgan.errors import UserError
from projects.ecgan.painting import read_layout

hypothesis = pytest.importorskip('hypothesis')
from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

pytestmark = pytest.mark.campaign
SMOKE = REPO_ROOT / 'configs/ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'
COUNTS: Counter[str] = Counter()
DTYPES = ('uint8', 'uint16', 'int8', 'int16', 'int64', 'uint64', 'bool', 'float32', 'complex64')
# Whatever a config may hold in the place of a number.
VALUES = st.one_of(
    st.integers(-3, 300),
    st.sampled_from([2**31, 2**63, -(2**63), 10**30]),
    st.floats(),
    st.booleans(),
    st.none(),
    st.text(max_size=5),
    st.lists(st.integers(-2, 70), max_size=3),
)


def many(examples: int) -> Callable:
    """So many cases from the seed of the campaign, without a limit of time for each."""

    def decorate(test: Callable) -> Callable:
        return hypothesis.seed(seed())(
            settings(
                max_examples=examples,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            )(test)
        )

    return decorate


@contextlib.contextmanager
def one_sentence(kind: str) -> Iterator[None]:
    """Count a case; a mistake that the user can mend is said in one line, any other passes on."""
    COUNTS[kind] += 1
    try:
        yield
    except UserError as error:
        said = error.sentence
    except Exception as error:
        said = explain(error)
        if said is None:
            raise
    else:
        return
    COUNTS[f'{kind}, refused'] += 1
    assert said and '\n' not in said


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(REPO_ROOT, tmp_path_factory.mktemp('model'))


@pytest.fixture(scope='module')
def inferencer(checkpoint: Path) -> ECGANInferencer:
    return ECGANInferencer(checkpoint, device='cpu')


@st.composite
def arrays(draw: Callable) -> np.ndarray:
    """Arrays of few pixels: any kind of number, shape and id, and often a sound label map."""
    shape = draw(
        st.one_of(
            st.tuples(st.integers(1, 70), st.integers(1, 70)),
            st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 5)),
            st.lists(st.integers(0, 6), max_size=4).map(tuple),
        )
    )
    low, high = draw(st.sampled_from([(0, 8), (0, 9), (0, 1), (-2, 300), (0, 70000)]))
    kind = draw(st.sampled_from((*DTYPES, 'uint8', 'int64')))
    pixels = np.random.default_rng(draw(st.integers(0, 999)))
    return pixels.integers(low, high, shape).astype(kind)


@many(150)
@given(labels=arrays(), objects=st.one_of(st.none(), st.none(), arrays()))
def test_label_maps(inferencer: ECGANInferencer, labels: np.ndarray, objects: Any) -> None:
    with one_sentence('label maps'):
        picture = inferencer(labels, instances=objects)
        assert picture.image.shape == (*labels.shape[:2], 3)
        assert picture.image.dtype == np.uint8


@many(250)
@given(
    labels=arrays(),
    kind=st.sampled_from(['PNG', 'BMP', 'TIFF', 'JPEG']),
    cut=st.integers(0, 4000),
    flips=st.lists(st.integers(0, 9999), max_size=4),
)
def test_uploads(
    inferencer: ECGANInferencer, labels: np.ndarray, kind: str, cut: int, flips: list[int]
) -> None:
    buffer = io.BytesIO()
    try:
        Image.fromarray(labels).save(buffer, kind)
    except (IndexError, KeyError, OSError, SystemError, TypeError, ValueError):
        buffer.write(labels.tobytes())
    content = bytearray(buffer.getvalue()[: cut or None])
    for flip in flips:
        if content:
            content[flip % len(content)] ^= 1 << flip % 8
    with one_sentence('uploads'):
        ids = read_layout(bytes(content), 'upload', inferencer)
        assert ids.ndim == 2 and ids.dtype == np.uint16


@many(250)
@given(
    batch=st.lists(arrays(), min_size=1, max_size=3),
    size=st.one_of(st.none(), st.tuples(st.integers(0, 70), st.integers(0, 70))),
    classes=st.integers(1, 10),
    unknown=st.booleans(),
)
def test_samples_of_a_data_set(
    tmp_path_factory: pytest.TempPathFactory, batch: list, size: Any, classes: int, unknown: bool
) -> None:
    folder = tmp_path_factory.mktemp('maps')
    preprocessor = MODELS.build(
        dict(type='LayoutDataPreprocessor', num_classes=classes, with_unknown=unknown)
    )
    load = TRANSFORMS.build(dict(type='mmagic.LoadLabelMap'))
    pack = TRANSFORMS.build(dict(type='mmagic.PackLayoutInputs', size=size))
    packed = []
    for index, labels in enumerate(batch):
        path = folder / f'{index}.png'
        try:
            Image.fromarray(labels).save(path)
        except (IndexError, KeyError, OSError, SystemError, TypeError, ValueError):
            path.write_bytes(labels.tobytes())
        packed.append(dict(seg_map_path=str(path), seg_fields=[]))
    with one_sentence('samples'):
        packed = [pack.transform(load.transform(sample)) for sample in packed]
        inputs = {key: [each['inputs'][key] for each in packed] for key in packed[0]['inputs']}
        samples = [each['data_samples'] for each in packed]
        layout = preprocessor(dict(inputs=inputs, data_samples=samples))['inputs']['layout']
        assert len(layout) == len(batch)


@many(200)
@given(length=VALUES, size=VALUES, unknown=VALUES, split=st.sampled_from(['train', 'val', 'x', 0]))
def test_procedural_data_sets(length: Any, size: Any, unknown: Any, split: Any) -> None:
    with one_sentence('data sets'):
        cfg = dict(type='ProceduralScenes', length=length, size=size, split=split)
        dataset = DATASETS.build(dict(**cfg, unknown_ratio=unknown))
        assert isinstance(dataset, ProceduralScenes)


KEYS = (
    'model.generator.base_channels', 'model.generator.upsampling', 'model.final_weight',
    'model.data_preprocessor.num_classes', 'train_dataloader.batch_size', 'optim_wrapper.x',
    'train_cfg.max_iters', 'default_hooks.samples', 'model', 'model.type', 'no.such', 'randomness',
    'default_hooks.finite.max_skips', 'custom_hooks', 'param_scheduler', 'train_dataloader',
)  # fmt: skip


@many(300)
@given(key=st.sampled_from(KEYS), value=st.text(max_size=12))
def test_options(key: str, value: str) -> None:
    with one_sentence('options'):
        cfg = read_config(SMOKE)
        merge_options(cfg, read_options([f'{key}={value}']))
        check_config(cfg)


@many(300)
@given(cut=st.integers(0, 10**6), flips=st.lists(st.integers(0, 10**7), min_size=1, max_size=5))
def test_checkpoints(checkpoint: Path, tmp_path_factory: Any, cut: int, flips: list[int]) -> None:
    content = bytearray(checkpoint.read_bytes())
    # Half of the damage goes where the pickle and the directory are.
    for flip in flips:
        end = 60_000 if flip % 2 else len(content)
        content[flip % end] ^= 1 << flip % 8
    path = tmp_path_factory.getbasetemp() / 'damaged.pth'
    path.write_bytes(content[: len(content) - cut % len(content) if cut % 3 == 0 else None])
    with one_sentence('checkpoints'):
        safe_load(path, 'cpu')


def test_how_many_there_were(record_property: Callable) -> None:
    kinds = [kind for kind in COUNTS if not kind.endswith(', refused')]
    rows = [f'| {kind} | {COUNTS[kind]} | {COUNTS[f"{kind}, refused"]} |' for kind in kinds]
    assert len(kinds) == 6 and all(COUNTS[f'{kind}, refused'] for kind in kinds)
    total = sum(COUNTS[kind] for kind in kinds)
    head = ['| random input | cases | refused in one sentence |', '|---|---|---|']
    text = '\n'.join([f'{total} cases from seed {seed()}:', '', *head, *rows])
    report(record_property, 'random inputs', text)
