"""What is uploaded to the Hugging Face hub: a model file, and a card in the hub's form."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..compat.atomic_checkpoints import write_atomically
from ..reports import metric_table, table, write_text
from .folder_generation import write_grid
from .generated_picture import GeneratedPicture
from .hub import MODEL_FILE, PREFIX, check_library
from .inferencer import ECGANInferencer
from .model_export import model_file

if TYPE_CHECKING:
    from huggingface_hub import ModelCardData

CARD, GRID = 'README.md', 'samples.png'
TASK = ('image-to-image', 'Semantic image synthesis')
TAGS = ('ecgan', 'semantic-image-synthesis', 'label-map-to-image', 'mmagic', 'pytorch')
_PAPERS = '[ICLR 2023](https://arxiv.org/abs/2003.13898), [TPAMI](https://arxiv.org/abs/2307.12084)'


def write_hub_folder(
    inferencer: ECGANInferencer,
    folder: Path,
    repository: str,
    layouts: Sequence[Path] = (),
    licence: str = 'unknown',
    datasets: Sequence[str] = (),
    weights: str = 'float32',
    report: str | Path | None = None,
) -> list[str]:
    """Write what belongs into a repository of a model.

    Args:
        inferencer: The model.
        folder: Where to; files of these names are written anew, others are left alone.
        repository: OWNER/REPO, named in the card.
        layouts: Label maps, or folders of them, to show with the pictures that
            the model makes of them.
        licence: Of the weights, one of the hub's names.
        datasets: Names of data sets of the hub that it was trained on.
        weights: ``float32`` or ``float16``.
        report: ``report.json`` of the evaluation; see :func:`model_card`.

    Returns:
        The files' paths below the folder.

    Raises:
        ConfigError: huggingface_hub is missing or too old.
        UserError: As :func:`model_card` and the inferencer say.
    """
    check_library("a card in the hub's form")
    from huggingface_hub import ModelCard

    model = model_file(inferencer, weights, report)
    write_atomically(model.to_bytes(), folder / MODEL_FILE)
    files = [MODEL_FILE]
    maps = inferencer.list_maps(list(layouts))
    pictures = [replace(inferencer(each.content), name=f'pictures/{each.name}') for each in maps]
    for each, picture in zip(maps, pictures):
        shown = f'layouts/{each.name}{Path(each.content).suffix}'
        write_atomically(Path(each.content).read_bytes(), folder / shown)
        (written,) = picture.write(folder)
        files += [shown, written.relative_to(folder).as_posix()]
    if pictures:
        write_grid(pictures, folder / GRID)
        files.append(GRID)
    head = _head(model.card, repository, licence, datasets)
    text = _text(model.card, inferencer, repository, pictures)
    write_text(folder / CARD, str(ModelCard(f'---\n{head.to_yaml()}\n---\n\n{text}')))
    return [*files, CARD]


def _head(
    card: Mapping[str, Any], repository: str, licence: str, datasets: Sequence[str]
) -> 'ModelCardData':
    """The card's head; its ``model-index`` has the metrics of the report."""
    from huggingface_hub import EvalResult, ModelCardData

    protocol, measured = card['protocol'], card['metrics'].get('generated', {})
    data = ', '.join(protocol.get('dataset') or ['unknown'])
    results = [
        EvalResult(
            task_type=TASK[0],
            task_name=TASK[1],
            dataset_type=data,
            dataset_name=f'{data}, {protocol.get("num_images")} images',
            metric_type=name,
            metric_name=name,
            metric_value=value,
        )
        for name, value in measured.items()
    ]
    return ModelCardData(
        license=licence,
        library_name='ecgan-mmagic',
        pipeline_tag=TASK[0],
        tags=list(TAGS),
        datasets=list(datasets) or None,
        metrics=list(measured) or None,
        model_name=repository.rpartition('/')[2],
        eval_results=results or None,
    )


def _text(
    card: Mapping[str, Any],
    inferencer: ECGANInferencer,
    repository: str,
    pictures: Sequence[GeneratedPicture],
) -> str:
    name = repository.rpartition('/')[2]
    classes = [
        [number, label, f'`{tuple(colour)}`']
        for number, (label, colour) in enumerate(zip(inferencer.classes, inferencer.palette))
    ]
    facts = {**card['training'], 'recipe': card['recipe'], 'weights': card['weights']}
    facts |= {key: card[key] for key in ('project', 'checkpoint_sha256')}
    rows = [[key, ', '.join(map(str, x)) if isinstance(x, list) else x] for key, x in facts.items()]
    parts = [
        f'# {name}',
        f'{card["what"]}. Trained with ECGAN for MMagic, edge guided GANs with contrastive '
        f'learning ({_PAPERS}).',
        f'![Label maps and the pictures made of them]({GRID})' if pictures else '',
        '## Use',
        '```python\n'
        'from ecgan import ECGANInferencer  # ecgan-mmagic with its extra `hub`\n\n'
        f"picture = ECGANInferencer('{PREFIX}{repository}')('layout.png').image\n"
        '```',
        f'or `ecgan infer {PREFIX}{repository} layouts/`, and `ecgan paint {PREFIX}{repository}` '
        'to paint a label map in the browser. The file runs no code: it is safetensors, with the '
        'config as text.',
        '## Classes',
        table(['id', 'class', 'colour (RGB)'], classes),
        '## Training',
        table(['', ''], rows),
        '## Evaluation' if card['metrics'] else '',
        metric_table({**card['metrics'], 'protocol': card['protocol']}) if card['metrics'] else '',
        '*real*: the photos, an upper bound.' if 'real' in card['metrics'] else '',
    ]
    return '\n\n'.join(part for part in parts if part) + '\n'
