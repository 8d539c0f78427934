"""FID and PPL run on every SciPy and numpy, with the same values."""

from importlib.metadata import version
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmagic.evaluation.metrics import fid, ppl
from packaging.version import Version
from scipy import linalg

from projects.ecgan.compat import metric_arguments

MEAN, COVARIANCE = np.arange(3.0), np.diag([1.0, 4.0, 9.0])


def path_length(distances: list[torch.Tensor]) -> float:
    metric = SimpleNamespace(fake_results=distances)
    return ppl.PerceptualPathLength.compute_metrics(metric, [])['ppl_score']


@pytest.mark.skipif(Version(version('scipy')) < Version('1.18'), reason='takes the argument')
def test_stock_fid_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fid, 'linalg', linalg)
    with pytest.raises(TypeError, match='disp'):
        fid.FrechetInceptionDistance._calc_fid(MEAN, COVARIANCE, MEAN, COVARIANCE)


@pytest.mark.skipif(Version(version('numpy')) < Version('2.4'), reason='takes the argument')
def test_stock_ppl_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ppl, 'np', np)
    with pytest.raises(TypeError, match='interpolation'):
        path_length([torch.arange(300.0)])


def test_fid_of_two_normal_distributions() -> None:
    calculate = fid.FrechetInceptionDistance._calc_fid
    distance, mean, trace = calculate(MEAN, COVARIANCE, MEAN + 1, COVARIANCE * 4)
    # |1, 1, 1|^2, and the sum of (2 s - s)^2 over the deviations s = 1, 2, 3.
    assert (distance, mean, trace) == pytest.approx((17, 3, 14))
    calculate(MEAN, COVARIANCE * 0, MEAN, COVARIANCE)  # singular


def test_ppl_leaves_out_what_is_outside_the_percentiles() -> None:
    distances = [torch.full((298,), 5.0), torch.tensor([-1e6, 1e6])]
    assert path_length(distances) == pytest.approx(5.0)


def test_values_are_those_of_numpy() -> None:
    numpy = metric_arguments._WithPercentile(np)
    values = np.arange(10)
    assert numpy.percentile(values, 25, interpolation='lower') == 2
    assert numpy.percentile(values, 25, interpolation='higher') == 3
    assert numpy.mean is np.mean
