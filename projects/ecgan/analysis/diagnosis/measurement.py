"""One model of a training, measured on batches as it stands: nothing of it is updated."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from ...engine.random_state import capture_random_state, restore_random_state
from ...errors import ConfigError
from ...evaluation import count_edges, edge_accuracy
from ...models.discriminators import judge_pairs
from ...models.ecgan import ECGAN, objective
from .gates import recorded_gates
from .gradients import term_gradients
from .judgement import judgements
from .terms import loss_terms


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """A model in training mode that is afterwards as it was, and the random state with it.

    Running statistics, singular vectors and counters are buffers, which a training's forward pass
    changes.

    Args:
        model: Any model.
    """
    random_state = capture_random_state()
    modes = [(module, module.training) for module in model.modules()]
    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    try:
        model.train()
        yield
    finally:
        with torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)
        for module, mode in modes:
            module.training = mode
        restore_random_state(random_state)


def measure_training(
    model: ECGAN, batches: Sequence[dict], iteration: int = 0, seed: int = 0
) -> dict:
    """Measure gradients, gates, edges and the discriminator's judgements of a model in training.

    Each batch meets the same model, and random numbers that follow from the seed alone. All pairs
    are judged and perceived, due or not in this iteration.

    Args:
        model: The model, whose generator has a trunk; its moving average takes no part.
        batches: What a data loader gives, at least one.
        iteration: Count of iterations, for weights that change in a training.
        seed: Seed of noise and augmentation.

    Returns:
        Means over the batches: ``gradients`` of :func:`term_gradients` by the trunk's output F and
        its weights, ``gates`` of :func:`recorded_gates`, ``edges`` of :func:`edge_accuracy` (None
        where none are generated, or none are there to compare with), ``discriminator`` of
        :func:`judgements`.

    Raises:
        ConfigError: The generator has no trunk, or there is no discriminator.
    """
    check_measurable(model)
    measured = []
    for index, data in enumerate(batches):
        with undisturbed(model):
            torch.manual_seed(seed + index)
            measured.append(_measure_batch(model, data, iteration))
    means = mean_over(measured)
    if means['edges'] is not None:
        means['edges'] = edge_accuracy(means['edges'])
    return means


def check_measurable(model: ECGAN) -> None:
    """Refuse a model that has no trunk or no discriminator.

    Raises:
        ConfigError: It lacks one of them.
    """
    if getattr(model.generator, 'trunk', None) is None:
        raise ConfigError(
            "the gradients are taken by the trunk's features, and the generator "
            f'{type(model.generator).__name__} has no trunk: take a recipe of ECGANGenerator or '
            'SPADEGenerator'
        )
    if getattr(model, 'discriminator', None) is None:
        raise ConfigError('the model has no discriminator, so there is no training to look at')


def _measure_batch(model: ECGAN, data: dict, iteration: int) -> dict:
    inputs = model.data_preprocessor(data, True)['inputs']
    trunk = model.generator.trunk
    with recorded_gates(model.generator) as gates, _kept_output(trunk) as kept:
        outputs = model.training_outputs(inputs)
    (features,) = kept
    reals, fakes = objective.image_pairs(inputs, outputs, model.pair_plan.judged)
    weights = model.pair_plan.weights(outputs, model.final_weight, iteration)
    seen = inputs['layout']
    if model.augmentation is not None:
        seen, reals, fakes = model.augmentation(seen, reals, fakes)
    judged = judge_pairs(model.discriminator, seen, reals, fakes)
    terms = loss_terms(model, inputs, outputs, judged, weights, seen)
    trained = [weight for weight in trunk.parameters() if weight.requires_grad]
    comparable = 'edge' in outputs and 'edge' in inputs
    return dict(
        gradients=term_gradients(terms, features, trained),
        gates=gates,
        edges=count_edges(outputs['edge'], inputs['edge']) if comparable else None,
        discriminator=judgements(*judged, model.gan_loss),
    )


@contextmanager
def _kept_output(trunk: nn.Module) -> Iterator[list[Tensor]]:
    """F, as the trunk hands it to the rest of the generator."""
    kept: list[Tensor] = []
    handle = trunk.register_forward_hook(lambda _, __, output: kept.append(output[0]))
    try:
        yield kept
    finally:
        handle.remove()


def mean_over(measured: Sequence[dict | float | None]) -> dict | float | None:
    """Mean of alike nested dicts of numbers, entry by entry; None counts as not there.

    Args:
        measured: Dicts of the same keys, numbers, or None, at least one.
    """
    there = [each for each in measured if each is not None]
    if not there:
        return None
    if isinstance(there[0], dict):
        return {key: mean_over([each[key] for each in there]) for key in there[0]}
    return sum(there) / len(there)
