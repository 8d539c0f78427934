"""Tables and plot of what was measured, by hand-made numbers."""

import copy
import json

import cv2
import pytest

from projects.ecgan.analysis.diagnosis import render, write_diagnosis

GATE = dict(mean=0.5, closed=0.25, open=0.125, saturated=0.375, opening=None)
SNAPSHOT = dict(
    run='a run',
    checkpoint='work_dirs/a/iter_2.pth',
    iteration=2,
    num_batches=3,
    num_layouts=6,
    batches='abc',
    gradients=dict(
        loss=dict(contrast=1.5, label=2.0, all=3.5),
        features=dict(contrast=0.25, label=0.0, all=0.25),
        weights=dict(contrast=4.0, label=0.0, all=4.0),
        cosines=dict(
            contrast=dict(contrast=1.0, label=None, all=1.0),
            label=dict(contrast=None, label=None, all=None),
            all=dict(contrast=1.0, label=None, all=1.0),
        ),
        cosines_by_weights=dict(
            contrast=dict(contrast=1.0, label=None, all=-0.5),
            label=dict(contrast=None, label=None, all=None),
            all=dict(contrast=-0.5, label=None, all=1.0),
        ),
    ),
    gates={'edge_transfer use 1, 8 channels': GATE},
    edges={
        'generated': 0.5,
        'photo': 0.25,
        'exact': dict(precision=0.125, recall=0.75, F1=0.214),
        'within a pixel': dict(precision=None, recall=1.0, F1=0.0),
    },
    discriminator=dict(photos=dict(score=0.5, margin=0.625, accuracy=0.75)),
)


def test_tables():
    text = render([SNAPSHOT], seed=7)
    assert 'over 3 training batches (6 layouts), seed 7' in text
    assert '## a run, iteration 2' in text
    assert '| contrast | 1.5 | 0.25 | 4 | 1 | -0.5 |' in text
    assert '| label | 2 | 0 | 0 | - | - |' in text
    assert '| contrast | 1 | - | 1 |' in text and '| contrast | 1 | - | -0.5 |' in text
    assert '| edge_transfer use 1, 8 channels | 0.5 | 0.25 | 0.125 | 0.375 | - |' in text
    assert '| exact | 0.125 | 0.75 | 0.214 |' in text
    assert '| within a pixel | - | 1 | 0 |' in text
    assert 'Generated edges are 50.0% of the pixels, in the photos 25.0%' in text
    assert '| photos | 0.5 | 0.625 | 0.75 |' in text
    assert 'not measured on the same batches' not in text


def test_what_is_not_there_and_other_batches():
    bare = copy.deepcopy(SNAPSHOT) | dict(run='spade', gates={}, edges=None, batches='def')
    text = render([SNAPSHOT, bare], seed=0)
    assert 'The runs were not measured on the same batches' in text
    assert 'No edges are generated' in text and text.count('learned opening') == 1


@pytest.mark.parametrize('iterations', [(2,), (4, 2)])
def test_files(tmp_path, iterations):
    measured = [copy.deepcopy(SNAPSHOT) | dict(iteration=n) for n in iterations]
    measured.append(copy.deepcopy(SNAPSHOT) | dict(run='spade', gates={}, edges=None))
    measured[0]['gradients']['loss']['contrast'] = float('nan')
    write_diagnosis(measured, 0, tmp_path / 'new')
    content = json.loads((tmp_path / 'new' / 'diagnosis.json').read_text())
    assert content['seed'] == 0
    assert content['snapshots'][0]['gradients']['loss']['contrast'] is None
    assert content['snapshots'][1]['edges'] == measured[1]['edges']
    picture = cv2.imread(str(tmp_path / 'new' / 'diagnosis.png'))
    height, width = picture.shape[:2]
    # Two rows; scores and gates where a run has several checkpoints.
    assert height == 920 and width == (2700 if len(iterations) > 1 else 1620)
    # The row of one checkpoint has no curves.
    assert (picture[470:, 1640:] == 255).all()
    assert len(iterations) == 1 or (picture[:460, 1640:] != 255).any()
