#!/usr/bin/env python
"""Measure how far the generator's features keep classes apart.

Prints the mean cosine similarity of pixels' features within classes, across classes, and the
difference, for the trunk's last output F (or another trunk feature) on validation layouts.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch
from mmagic.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner, load_checkpoint

import projects.ecgan  # noqa: F401  (makes the toolbox sound before anything else)
from projects.ecgan.losses import class_separation, nearest_subsample


@torch.no_grad()
def measure(cfg: Config, checkpoint: str, num_layouts: int, feature: str | None) -> dict:
    """Measure the separation of classes in a trunk feature.

    Args:
        cfg: Config of the model, with a ``val_dataloader``.
        checkpoint: Its weights.
        num_layouts: How many validation layouts to use.
        feature: Name of the trunk feature; None for the finest.

    Returns:
        ``within``, ``across``, ``separation`` (their difference), ``feature``, ``num_layouts``.
    """
    init_default_scope(cfg.get('default_scope', 'mmagic'))
    model = MODELS.build(cfg.model)
    load_checkpoint(model, checkpoint, map_location='cpu')
    model.eval()
    generator = model.sampling_generator
    feature = feature or generator.feature_names_fine_to_coarse[0]
    loader = Runner.build_dataloader(cfg.val_dataloader, seed=0)
    features, classes, seen = [], [], 0
    for data in loader:
        layout = model.data_preprocessor(data)['inputs']['layout']
        layout = layout[: num_layouts - seen]
        maps = generator(layout, return_features=(feature,))['features'][feature]
        labels = nearest_subsample(layout.labels, tuple(maps.shape[2:]))
        known = labels < layout.num_classes
        features.append(maps.permute(0, 2, 3, 1)[known])
        classes.append(labels[known])
        seen += len(layout)
        if seen >= num_layouts:
            break
    within, across = class_separation(torch.cat(features), torch.cat(classes))
    return {
        'feature': feature,
        'num_layouts': seen,
        'within': within,
        'across': across,
        'separation': within - across,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure as the arguments say.

    Args:
        argv: Arguments without the program name; None for those of the command line.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file of the model')
    parser.add_argument('checkpoint', help='its weights')
    parser.add_argument('--layouts', type=int, default=64, help='validation layouts to use')
    parser.add_argument('--feature', help='trunk feature, the finest unless given')
    parser.add_argument('--out', type=Path, help='JSON file for the result')
    args = parser.parse_args(argv)
    result = measure(Config.fromfile(args.config), args.checkpoint, args.layouts, args.feature)
    text = json.dumps(result, indent=2)
    print(text)
    if args.out:
        args.out.write_text(text + '\n')


if __name__ == '__main__':
    main()
