#!/usr/bin/env python
"""Put a trained model into the box: the models that come with the package and go by their names.

It becomes ``NAME.safetensors``, weights in 16 bits with their card, and ``NAME.json``: digests, the
report of the test and the course of the training. Where the checkpoint has no report yet, it is
measured first, by ``ecgan test`` with its recipe. Once the recipe has changed, a test asks for this
command::

    ecgan train RECIPE
    python tools/model_converters/package_model.py work_dirs/RECIPE/iter_4000.pth
"""

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects.ecgan.commands import test
from projects.ecgan.commands.command_line import ROOT, ToolParser, run_tool

RECIPE = ROOT / 'configs' / 'ecgan' / 'ecgan_base8_1xb4-4000iters_scenes-64x64.py'
BOX = ROOT / 'projects' / 'ecgan' / 'inference' / 'box'
# In bytes; all who install the package fetch it.
LIMIT = 4_000_000
# What a training depends on; the rest of a config is logs, hooks and folders.
DECIDES = ('model', 'optim_wrapper', 'param_scheduler', 'train_dataloader', 'train_cfg')
_LOGGED = ('loss_gen', 'loss_disc', 'generated/mIoU')


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('checkpoint', type=Path, help='a training of the recipe wrote it')
    parser.add_argument('--recipe', type=Path, default=RECIPE, help='another recipe')
    parser.add_argument('--report', type=Path, help='report.json of its test, or the folder of it')
    parser.add_argument('--name', default='scenes', help='what the model is called (scenes)')
    parser.add_argument('--box', type=Path, default=BOX, help='another folder than that of the box')
    return parser


def recipe_sha256(path: Path) -> str:
    """SHA-256 of what a recipe says of its training, whichever files it is written in."""
    import hashlib

    from mmengine.config import Config

    values = Config.fromfile(path, import_custom_modules=False).to_dict()
    said = {key: values[key] for key in DECIDES}
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def differing(carried: dict[str, Any], recipe: dict[str, Any]) -> list[str]:
    """Entries that decide a training, and that a checkpoint's config has otherwise."""
    return [key for key in DECIDES if repr(_plain(carried, key)) != repr(_plain(recipe, key))]


def _plain(values: dict[str, Any], key: str) -> Any:
    return json.loads(json.dumps(values.get(key), sort_keys=True, default=str))


def training_course(folder: Path, last: int) -> list[dict[str, float]]:
    """Losses and results of a training up to its last iteration, a row for each validation.

    Args:
        folder: Work dir; a training that was resumed has several logs, of which the later ones
            hold.
        last: Iteration of the checkpoint.

    Returns:
        ``iteration``, and of each of ``loss_gen``, ``loss_disc`` (means since the row before) and
        ``generated/mIoU`` those that were logged.
    """
    losses: dict[int, dict] = {}
    results: dict[int, dict] = {}
    for file in sorted(folder.glob('*/vis_data/scalars.json')):
        for line in file.read_text().splitlines():
            row = json.loads(line)
            if 'loss_gen' in row:
                losses[row['step']] = row
            elif 'generated/mIoU' in row:
                results[row['step']] = row
    rows, before = [], 0
    for step in sorted({*results, last}):
        between = [row for at, row in losses.items() if before < at <= step <= last]
        found = [*between, *([results[step]] if step in results else [])]
        row = {'iteration': step}
        for name in _LOGGED:
            values = [each[name] for each in found if name in each]
            if values:
                row[name] = round(sum(values) / len(values), 4)
        if step <= last:
            rows.append(row)
        before = step
    return rows


def package(args: argparse.Namespace) -> None:
    """Measure where need be, and write model and record."""
    from projects.ecgan import ECGANInferencer
    from projects.ecgan.errors import CheckpointError
    from projects.ecgan.inference import export_checkpoint
    from projects.ecgan.inference.model_card import model_card
    from projects.ecgan.recipes.loading import read_config
    from projects.ecgan.weights import file_sha256

    inferencer = ECGANInferencer(args.checkpoint, device='cpu')
    others = differing(inferencer.cfg.to_dict(), read_config(args.recipe).to_dict())
    if others:
        raise CheckpointError(
            f"{args.checkpoint} was not trained by today's {args.recipe.stem}: {', '.join(others)}"
            ' of its config differ; train the recipe, or name another with --recipe'
        )
    report = args.report
    if not model_card(inferencer, report)['metrics']:
        report = args.checkpoint.parent / 'evaluation'
        measured = [str(args.recipe), str(args.checkpoint), '--work-dir', str(report), '--quiet']
        test.test(test.build_parser().parse_args(measured))
    model = args.box / f'{args.name}.safetensors'
    agreement = export_checkpoint(args.checkpoint, model, weights='float16', report=report)
    if (size := model.stat().st_size) > LIMIT:
        model.unlink()
        raise CheckpointError(f'{model} takes {size:,} bytes, the box holds {LIMIT:,} of a model')
    card = ECGANInferencer(model, device='cpu').meta['card']
    record = {
        'recipe': args.recipe.stem,
        'recipe_sha256': recipe_sha256(args.recipe),
        'weights_sha256': file_sha256(model),
        'bytes': size,
        'agreement': str(agreement),
        'card': card,
        'training': training_course(args.checkpoint.parent, inferencer.meta.get('iter', 0)),
    }
    text = json.dumps(record, indent=2)
    model.with_suffix('.json').write_text(f'{text}\n')
    print(f'{model}: {size / 1e6:.2f} MB, mIoU {card["metrics"]["generated"]["mIoU"]:.4f}')


main = partial(run_tool, build_parser, package)

if __name__ == '__main__':
    sys.exit(main())
