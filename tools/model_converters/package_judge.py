#!/usr/bin/env python
"""Train the judge of the drawn scenes, and put its weights beside its recipe.

They come with the package as ``NAME.pth`` and ``NAME.json`` beside ``NAME.py``, so that no training
has to begin with that of its judge. Once the recipe has changed, a test asks for this command: a
minute or two on two cores.
"""

import argparse
import hashlib
import json
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects.ecgan.commands.command_line import ROOT, ToolParser, run_tool

RECIPE = ROOT / 'configs' / 'segmentor' / 'unet-s3-c16_1xb8-800iters_scenes-64x64.py'


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('--recipe', type=Path, default=RECIPE, help='another recipe of a segmentor')
    parser.add_argument('--work-dir', default='work_dirs/judge', help='folder of its logs')
    return parser


def recipe_sha256(path: Path) -> str:
    """SHA-256 of all values of a recipe, whichever files they are written in."""
    from mmengine.config import Config

    values = Config.fromfile(path, import_custom_modules=False).to_dict()
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


def package(args: argparse.Namespace) -> None:
    """Train, and write weights and record."""
    import torch

    from projects.ecgan.engine import configuration, launch
    from projects.ecgan.version import package_versions
    from projects.ecgan.weights import file_sha256

    cfg = configuration.read_config(args.recipe)
    cfg.work_dir = args.work_dir
    with launch.sole_training(cfg.work_dir):
        runner = launch.build_runner(cfg, quiet=True)
        with launch.running(runner):
            runner.train()
    weights = args.recipe.with_suffix('.pth')
    torch.save({'state_dict': runner.model.state_dict()}, weights)
    record = {
        'recipe': args.recipe.stem,
        'recipe_sha256': recipe_sha256(args.recipe),
        'weights_sha256': file_sha256(weights),
        'mIoU': round(float(runner.message_hub.get_scalar('val/mIoU').current()) / 100, 4),
        **package_versions('torch', 'mmsegmentation', 'onedl-mmsegmentation'),
    }
    text = json.dumps(record, indent=2)
    weights.with_suffix('.json').write_text(f'{text}\n')
    print(f'{weights}: {text}')


main = partial(run_tool, build_parser, package)

if __name__ == '__main__':
    sys.exit(main())
