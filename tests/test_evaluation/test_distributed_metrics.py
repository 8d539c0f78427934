"""The same number on one process and on two, with an uneven last batch."""

import json
from pathlib import Path

import pytest
import torch.distributed as dist
from evaluation_toys import ToyGenerator, evaluate, write_segmentor
from fresh_process import run_distributed

from projects.ecgan.evaluation import FeatureDistance, PairedSSIM, SegmentationFidelity

# 2: no repeated sample. 5: uneven last batch. 7: one repeated sample, full batches.
LENGTHS = (2, 5, 7)


def _measure(segmentor: dict) -> dict[str, list]:
    outcome = {}
    for length in LENGTHS:
        metrics = [
            SegmentationFidelity(segmentor),
            FeatureDistance({'type': 'segmentor', **segmentor}),
            PairedSSIM(),
        ]
        result = evaluate(metrics, length, ToyGenerator(wrong=1), size=16)
        outcome[str(length)] = [result, [metric.num_images for metric in metrics]]
    return outcome


def measure_together(segmentor: dict, folder: Path) -> None:
    dist.init_process_group('gloo')
    outcome = _measure(segmentor)
    (folder / f'rank{dist.get_rank()}.json').write_text(json.dumps(outcome))
    # With an older torch a rank that is left behind may wait for ever for one that is gone.
    dist.barrier()
    dist.destroy_process_group()


@pytest.mark.slow
def test_two_processes_equal_one(tmp_path):
    segmentor = write_segmentor(tmp_path)
    alone = _measure(segmentor)
    log = tmp_path / 'log.txt'
    assert run_distributed(measure_together, segmentor, tmp_path, log=log) == [0, 0]
    for rank in range(2):
        together = json.loads((tmp_path / f'rank{rank}.json').read_text())
        assert together == alone
        for length in LENGTHS:
            assert together[str(length)][1] == [length] * 3
