"""A golden case and the model built from it."""

import copy

import pytest

from projects.ecgan.analysis.parity import read_golden


@pytest.fixture(scope='session')
def golden_case(shared_dir):
    return read_golden(shared_dir / 'golden/ade_like')


@pytest.fixture(scope='session')
def sound_model(golden_case):
    # the plain way, so that what a test breaks is what computes
    return golden_case.build_model(layout_mode='plain')


@pytest.fixture
def golden_model(sound_model):
    """A copy that a test may change."""
    return copy.deepcopy(sound_model)
