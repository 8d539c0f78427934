"""The same number on one process and on two, with an uneven last batch."""

import json
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from evaluation_toys import NUM_CLASSES, ToyGenerator, ToyLayouts, evaluate, write_segmentor
from fresh_process import run_distributed
from mmengine.dist import get_dist_info
from mmseg.evaluation import IoUMetric

from projects.ecgan.evaluation import (
    FeatureDistance,
    PairedPSNR,
    PairedSSIM,
    SegmentationFidelity,
)

# 2: no repeated sample. 3: one for each process and one. 5: uneven last batch. 7: one repeated
# sample, full batches.
LENGTHS = (2, 3, 5, 7)


def _measure(segmentor: dict) -> dict[str, list]:
    outcome = {}
    for length in LENGTHS:
        metrics = [
            SegmentationFidelity(segmentor),
            FeatureDistance({'type': 'segmentor', **segmentor}),
            PairedSSIM(),
            PairedPSNR(),
            SegmentationFidelity(segmentor, ignore_index=(1, 255), prefix='ignored'),
        ]
        result = evaluate(metrics, length, ToyGenerator(wrong=1), size=16)
        outcome[str(length)] = [
            result | {'mmseg': _iou_of_mmseg(length)},
            [metric.num_images for metric in metrics],
            [metric.remarks for metric in metrics],
        ]
    return outcome


def _iou_of_mmseg(length: int) -> dict[str, float]:
    """Of samples as a distributed sampler deals them out, the last round filled from the first."""
    rank, processes = get_dist_info()
    metric = IoUMetric(ignore_index=1)
    metric.dataset_meta = ToyLayouts.METAINFO
    generator = torch.Generator().manual_seed(0)
    maps = torch.randint(0, NUM_CLASSES, (length, 2, 1, 8, 8), generator=generator)
    rounds = -(-length // processes)
    for place in range(rounds):
        truth, guess = maps[(place * processes + rank) % length]
        metric.process({}, [dict(gt_sem_seg=dict(data=truth), pred_sem_seg=dict(data=guess))])
    return {key: float(value) for key, value in metric.evaluate(length).items()}


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
            assert together[str(length)][1] == [length] * 5
