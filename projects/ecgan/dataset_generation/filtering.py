"""Pixels that do not show what their label says, left out of a set.

After the idea of FreeMask's filtering (arXiv 2310.15160). A segmentor trained on photos looks at
each picture. Where its cross entropy at a pixel of class c exceeds a threshold of that class, the
pixel's label becomes unknown:

    l(p) > factor * mean of l over all pixels of class c in the set.

The mean of a class, not one number for all: rare classes are hard for every segmentor, and would be
the first to go.
"""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from rich.progress import track

from ..compat.atomic_checkpoints import write_atomically
from ..datasets.label_files import unknown_id
from ..errors import ConfigError, MissingFileError
from ..models.segmentors import Segmentor
from .files import ABOUT, IMAGES, LABELS, LIST, write_config, write_labels, write_list

FILTERED, LOSSES = 'labels_filtered', 'losses'
FILTERED_LIST, FILTERED_CONFIG, REPORT = 'list_filtered.txt', 'dataset_filtered.py', 'filter.json'


@dataclass(frozen=True)
class Filtered:
    """What a filter left.

    Attributes:
        classes: Their names.
        kept: Names of the pictures that stay.
        left_out: Names of those of which too much was wrong.
        thresholds: Highest cross entropy of each class, NaN where a class does not occur.
        pixels: Pixels of each class before.
        remaining: Pixels of each class in the pictures that stay.
    """

    classes: list[str]
    kept: list[str]
    left_out: list[str]
    thresholds: list[float]
    pixels: list[int]
    remaining: list[int]


def pixel_losses(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross entropy of every pixel, 0 at pixels of no class.

    Args:
        logits: (N, C, H, W).
        labels: (N, H, W) int64; C and above stand for unknown.

    Returns:
        (N, H, W).
    """
    known = labels < logits.shape[1]
    return F.cross_entropy(logits, labels.where(known, -100), ignore_index=-100, reduction='none')


def class_thresholds(sums: np.ndarray, counts: np.ndarray, factor: float) -> np.ndarray:
    """``factor`` times the mean loss of each class; NaN where there is no pixel of it."""
    with np.errstate(invalid='ignore', divide='ignore'):
        return factor * sums / counts


def filter_dataset(
    folder: Path, segmentor: Segmentor, factor: float = 1.25, most: float = 0.5
) -> Filtered:
    """Filter a set; its pictures and labels stay as they are.

    Writes ``labels_filtered/``, ``list_filtered.txt`` and ``dataset_filtered.py`` beside them, and
    ``filter.json`` with the counts. Losses are kept in ``losses/``, so that a filter that was
    stopped, or another factor, computes none twice.

    Args:
        folder: A set of ``ecgan make-dataset``.
        segmentor: Trained on photos with the set's classes.
        factor: See above; the higher, the more stays.
        most: A picture of which a larger part of the known pixels goes, goes as a whole.

    Raises:
        MissingFileError: There is no finished set.
        ConfigError: The segmentor has other classes, or an argument is out of range.
    """
    if not (factor > 0 and 0 < most <= 1):
        raise ConfigError(f'a filter needs factor > 0 and 0 < most <= 1, got {factor} and {most}')
    about, names = _read_set(folder)
    count = len(about['classes'])
    if segmentor.num_classes != count:
        raise ConfigError(
            f'segmentor {segmentor.config_name} knows {segmentor.num_classes} classes, the set '
            f'{folder} has {count}: take one that was trained on the same classes'
        )
    protocol, sums = segmentor.protocol(), np.zeros((2, count))
    _keep_losses_of(folder, protocol)
    for name in track(names, 'judging'):
        losses, labels = _losses(folder, name, segmentor)
        known = labels < count
        sums[0] += np.bincount(labels[known], losses[known], minlength=count)
        sums[1] += np.bincount(labels[known], minlength=count)
    thresholds = class_thresholds(*sums, factor)
    kept, left_out, remaining = [], [], np.zeros(count, np.int64)
    for name in track(names, 'filtering'):
        losses, labels = _losses(folder, name, segmentor)
        known = labels < count
        wrong = known & (losses > np.append(thresholds, np.inf)[np.minimum(labels, count)])
        filtered = np.where(wrong, unknown_id(count), labels)
        if wrong.sum() > most * known.sum():
            left_out.append(name)
            continue
        kept.append(name)
        remaining += np.bincount(filtered[filtered < count], minlength=count)
        write_labels(folder / FILTERED / f'{name}.png', filtered)
    pixels = sums[1].astype(np.int64).tolist()
    done = Filtered(
        about['classes'], kept, left_out, thresholds.tolist(), pixels, remaining.tolist()
    )
    _write(folder, about, done, dict(segmentor=protocol, factor=factor, most=most))
    return done


def _read_set(folder: Path) -> tuple[dict[str, Any], list[str]]:
    for name in (ABOUT, LIST):
        if not (folder / name).is_file():
            raise MissingFileError(
                f'{folder} is no finished set of pictures (no {name}): ecgan make-dataset makes one'
            )
    names = (folder / LIST).read_text(encoding='utf-8').splitlines()
    return json.loads((folder / ABOUT).read_text(encoding='utf-8')), names


def _keep_losses_of(folder: Path, protocol: dict[str, Any]) -> None:
    """Remove losses that another segmentor found."""
    note = folder / LOSSES / 'segmentor.json'
    text = json.dumps(protocol, indent=1, default=str) + '\n'
    if note.is_file() and note.read_text(encoding='utf-8') != text:
        for file in (folder / LOSSES).rglob('*.npz'):
            file.unlink()
    write_atomically(text.encode(), note)


def _losses(folder: Path, name: str, segmentor: Segmentor) -> tuple[np.ndarray, np.ndarray]:
    """Losses (H, W) float32 and labels (H, W) int64 of a picture."""
    labels = cv2.imread(str(folder / LABELS / f'{name}.png'), cv2.IMREAD_UNCHANGED)
    labels = labels.astype(np.int64)
    file = folder / LOSSES / f'{name}.npz'
    if not file.is_file():
        picture = cv2.imread(str(folder / IMAGES / f'{name}.png'))
        device = next(segmentor.parameters()).device
        image = torch.from_numpy(picture).permute(2, 0, 1)[None].to(device)
        logits = segmentor.logits(image, labels.shape)
        losses = pixel_losses(logits, torch.from_numpy(labels)[None].to(device))[0]
        _save(file, losses.half().cpu().numpy())
    with np.load(file) as content:
        return content['losses'].astype(np.float32), labels


def _save(file: Path, losses: np.ndarray) -> None:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, losses=losses)
    write_atomically(buffer.getvalue(), file)


def _write(folder: Path, about: dict[str, Any], done: Filtered, settings: dict[str, Any]) -> None:
    write_list(folder, FILTERED_LIST, done.kept)
    write_config(folder, FILTERED_CONFIG, done.classes, about['palette'], FILTERED, FILTERED_LIST)
    rows = zip(done.classes, done.thresholds, done.pixels, done.remaining)
    report = dict(
        **settings,
        pictures=len(done.kept),
        left_out=done.left_out,
        classes={
            name: dict(threshold=None if np.isnan(bound) else bound, pixels=before, remaining=after)
            for name, bound, before, after in rows
        },
    )
    text = json.dumps(report, indent=1, default=str, allow_nan=False) + '\n'
    write_atomically(text.encode(), folder / REPORT)
