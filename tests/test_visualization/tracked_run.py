"""A short real training whose pictures are red, watched by one backend; runs in its own process."""

import json
import os
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from mmagic.structures import DataSample
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn

SIZE, INTERVAL, LENGTH = 32, 2, 4


class RedPainter(BaseModel):
    """Paints red, as BGR; its loss is the number of the iteration."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.done = 0

    def forward(self, inputs: Any, data_samples: Any = None, mode: str = 'tensor') -> Any:
        self.done += 1
        return {'loss': 0 * self.weight.sum() + self.done}

    def val_step(self, data: dict) -> list[DataSample]:
        red = torch.zeros(3, SIZE, SIZE, dtype=torch.uint8)
        red[2] = 255
        return [DataSample(fake_img=red) for _ in data['data_samples']]


def train(work_dir: str, kind: str, site: str) -> None:
    """Train four iterations.

    Args:
        work_dir: Its folder.
        kind: The backend.
        site: Folder of the backend's packages; '' where they are installed.
    """
    if site:
        # Before the project's own: what they need of a package both have is newer there.
        sys.path.insert(0, site)
    os.environ.update(WANDB_MODE='offline', WANDB_SILENT='true', MLFLOW_DISABLE_TELEMETRY='true')
    os.chdir(Path(work_dir).parent)
    pipeline = [dict(type='PackLayoutInputs')]
    dataset = dict(type='ProceduralScenes', length=4, split='train', size=SIZE, pipeline=pipeline)
    Runner(
        model=RedPainter(),
        work_dir=work_dir,
        experiment_name=kind,
        train_dataloader=dict(
            batch_size=2,
            num_workers=0,
            sampler=dict(type='InfiniteSampler', shuffle=True),
            dataset=dataset,
        ),
        train_cfg=dict(type='IterBasedTrainLoop', max_iters=LENGTH),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
        default_hooks=dict(logger=dict(type='LoggerHook', interval=INTERVAL), checkpoint=None),
        custom_hooks=[
            dict(type='LayoutVisualizationHook', interval=INTERVAL, num_samples=1),
            dict(type='PreflightHook'),
        ],
        log_processor=dict(by_epoch=False, window_size=1),
        visualizer=dict(type='mmengine.Visualizer', vis_backends=[dict(type=kind)], name=kind),
        randomness=dict(seed=3),
        default_scope='mmagic',
        cfg=dict(work_dir=work_dir, label_map={3: 1}),
    ).train()


def read_wandb(work_dir: str, out: str, site: str) -> None:
    """Write what W&B's file of an offline run holds as JSON: a row for each step."""
    if site:
        sys.path.insert(0, site)
    from wandb.proto.wandb_internal_pb2 import Record

    (path,) = Path(work_dir).rglob('*.wandb')
    rows = []
    for content in _records(path.read_bytes()):
        record = Record()
        record.ParseFromString(content)
        if record.WhichOneof('record_type') == 'history':
            items = record.history.item
            rows.append(
                {'/'.join(i.nested_key) or i.key: json.loads(i.value_json) for i in items}
                | {'_step': record.history.step.num}
            )
    Path(out).write_text(json.dumps(rows))


def _records(content: bytes) -> Iterator[bytes]:
    """Records of a log of LevelDB's format (blocks of 32 KiB), behind W&B's header of 7 bytes."""
    place, record = 7, b''
    while place + 7 <= len(content):
        if (left := -place % 2**15) and left < 7:
            place += left
        _, length, kind = struct.unpack('<IHB', content[place : place + 7])
        record += content[place + 7 : place + 7 + length]
        place += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield record
            record = b''
