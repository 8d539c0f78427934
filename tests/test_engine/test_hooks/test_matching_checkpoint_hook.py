"""A checkpoint of another config is refused; says what differs."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from toy_runner import build_runner

from projects.ecgan.compat.safe_checkpoints import safe_load
from projects.ecgan.errors import CheckpointError

HOOK = [dict(type='mmagic.MatchingCheckpointHook')]
WEIGHT = 'layer.weight'


def resized(content: dict) -> None:
    content['state_dict'][WEIGHT] = torch.ones(3, 4)


def renamed(content: dict) -> None:
    content['state_dict']['other'] = content['state_dict'].pop(WEIGHT)


def weights_only(content: dict) -> None:
    for name in set(content) - {'state_dict'}:
        del content[name]


def optimizer(content: dict) -> None:
    content['optimizer']['param_groups'] *= 2


@pytest.fixture
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = tmp_path_factory.mktemp('trained')
    build_runner(work, 2, validate=False).train()
    return work / 'iter_2.pth'


@pytest.mark.parametrize(
    ('change', 'sentence'),
    [
        (
            resized,
            'is of another config: 1 tensors differ in size (layer.weight (3, 4), here (2, 4))',
        ),
        (renamed, '1 tensors are missing (layer.weight); 1 tensors are unknown here (other)'),
        (weights_only, 'is not that of a training, it lacks meta, message_hub'),
    ],
)
def test_resume_is_refused(tmp_path: Path, trained: Path, change: Callable, sentence: str) -> None:
    content = safe_load(trained)
    change(content)
    torch.save(content, path := tmp_path / 'changed.pth')
    runner = build_runner(tmp_path, load_from=str(path), resume=True, custom_hooks=HOOK)
    with pytest.raises(CheckpointError) as error:
        runner.train()
    assert f'the checkpoint {path} ' in error.value.sentence and sentence in error.value.sentence
    # To begin from weights is another thing: what fits is taken.
    build_runner(tmp_path / 'new', 1, load_from=str(path), custom_hooks=HOOK).train()


def test_what_matches_is_resumed_also_from_a_wrapped_model(tmp_path: Path, trained: Path) -> None:
    content = safe_load(trained)
    state = content['state_dict']
    content['state_dict'] = {f'module.{name}': value for name, value in state.items()}
    torch.save(content, path := tmp_path / 'wrapped.pth')
    runner = build_runner(tmp_path, 3, load_from=str(path), resume=True, custom_hooks=HOOK)
    runner.train()
    assert runner.iter == 3


@pytest.mark.parametrize(('change', 'refused'), [(resized, True), (renamed, False)])
def test_a_test_takes_some_of_the_weights_but_not_wrong_ones(
    tmp_path: Path, trained: Path, change: Callable, refused: bool
) -> None:
    content = safe_load(trained)
    change(content)
    torch.save(content, path := tmp_path / 'changed.pth')
    runner = build_runner(tmp_path, load_from=str(path), custom_hooks=HOOK)
    if refused:
        with pytest.raises(CheckpointError, match='1 tensors differ in size'):
            runner.val()
    else:
        assert runner.val() == {'toy/score': 1.0}


def test_no_weight_in_common_is_refused_in_a_test_too(tmp_path: Path) -> None:
    torch.save({'a': torch.ones(1)}, path := tmp_path / 'other.pth')
    runner = build_runner(tmp_path, load_from=str(path), custom_hooks=HOOK)
    with pytest.raises(CheckpointError, match=r'2 tensors are missing \(layer\.weight, layer'):
        runner.val()


def test_another_optimiser_has_a_sentence(tmp_path: Path, trained: Path) -> None:
    from projects.ecgan.engine.error_explanations import explain

    content = safe_load(trained)
    optimizer(content)
    torch.save(content, path := tmp_path / 'changed.pth')
    with pytest.raises(ValueError) as error:
        build_runner(tmp_path, load_from=str(path), resume=True, custom_hooks=HOOK).train()
    assert explain(error.value).startswith('the checkpoint is of another optimiser: ValueError')
