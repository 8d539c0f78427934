import math

import pytest
import torch

from projects.ecgan.analysis.trials import class_separation


def test_by_hand():
    # Class 0: (2, 0), (1, 0), cosine 1. Class 1: (0, 3), (-1, 0), cosine 0.
    # Across: 0, 0, -1, -1.
    z = torch.tensor([[2.0, 0.0], [1.0, 0.0], [0.0, 3.0], [-1.0, 0.0]])
    within, across = class_separation(z, torch.tensor([0, 0, 1, 1]))
    assert within == pytest.approx(0.5)
    assert across == pytest.approx(-0.5)


def test_equals_loops_over_pairs():
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(30, 5, generator=generator)
    classes = torch.randint(0, 4, (30,), generator=generator)
    values = {True: [], False: []}
    for i in range(30):
        for j in range(30):
            if i != j:
                cosine = torch.cosine_similarity(z[i], z[j], dim=0).item()
                values[bool(classes[i] == classes[j])].append(cosine)
    within, across = class_separation(z, classes)
    assert within == pytest.approx(sum(values[True]) / len(values[True]), abs=1e-6)
    assert across == pytest.approx(sum(values[False]) / len(values[False]), abs=1e-6)


def test_without_pairs():
    within, across = class_separation(torch.randn(3, 4), torch.tensor([0, 0, 0]))
    assert -1 <= within <= 1
    assert math.isnan(across)
