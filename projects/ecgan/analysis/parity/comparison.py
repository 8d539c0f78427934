"""Comparison of this project's model with golden numbers, through its own training step.

Every number is one :class:`Comparison`. The allowed errors are those of the golden numbers'
README: images 1e-4, discriminator outputs 1e-5, feature matching 1e-4, other losses 1e-5, gradient
norms 1e-3 |stored| + 1e-5.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import Tensor

from ...errors import CheckpointError, DataError
from ...models import ECGAN
from ...models.converters import convert_name
from .golden import GoldenCase

IMAGE_TOLERANCE = 1e-4
DISCRIMINATOR_TOLERANCE = 1e-5
LOSS_TOLERANCES = {
    'generator_gan': 1e-5,
    'generator_feature_matching': 1e-4,
    'discriminator_fake': 1e-5,
    'discriminator_real': 1e-5,
}
GRADIENT_TOLERANCES = (1e-3, 1e-5)  # relative, absolute

# Stored name of an image, the generator's name of it.
OUTPUTS = {'image_coarse': 'coarse', 'image': 'image', 'edge': 'edge'}
# Stored name of a loss, the model's log key.
LOG_KEYS = {
    'generator_gan': 'loss_gen_adversarial',
    'generator_feature_matching': 'loss_gen_feature_matching',
    'discriminator_fake': 'loss_disc_fake',
    'discriminator_real': 'loss_disc_real',
}


@dataclass(frozen=True)
class Comparison:
    """One stored number or tensor against this project's.

    Attributes:
        group: What it belongs to, a line of the report.
        name: Stored name.
        error: Largest absolute difference.
        tolerance: Error allowed.
    """

    group: str
    name: str
    error: float
    tolerance: float

    @property
    def ratio(self) -> float:
        """Error in units of the tolerance."""
        return self.error / self.tolerance

    @property
    def passed(self) -> bool:
        """Whether the error is within the tolerance; not for NaN."""
        return self.error <= self.tolerance


def _difference(case: GoldenCase, name: str, ours: Tensor) -> float:
    stored = case.tensors[name]
    if ours.shape != stored.shape:
        raise DataError(
            f'{case.folder}: {name} has shape {stored.shape}, this project computes '
            f'{tuple(ours.shape)}'
        )
    return np.abs(ours.detach().double().cpu().numpy() - stored.astype(np.float64)).max().item()


def _batch(case: GoldenCase, model: ECGAN) -> dict:
    """The case's batch, in the model's dtype."""
    return case.batch(next(model.parameters()).dtype)


def compare_images(case: GoldenCase, model: ECGAN) -> list[Comparison]:
    """Compare generated images, in evaluation mode and with batch statistics.

    The model has the case's weights and untouched batch-norm statistics; these change.
    """
    layout = model.data_preprocessor(_batch(case, model))['inputs']['layout']
    result = []
    for mode in ('eval', 'train'):
        model.train(mode == 'train')
        with torch.no_grad():
            outputs = model.generator(layout)
        for stored, name in OUTPUTS.items():
            stored = f'{mode}_{stored}'
            error = _difference(case, stored, outputs[name])
            result.append(Comparison(f'images, {mode}', stored, error, IMAGE_TOLERANCE))
    return result


def compare_discriminator(case: GoldenCase, model: ECGAN) -> list[Comparison]:
    """Compare each scale and stage of the discriminator on (layout, photo) in evaluation mode.

    Raises:
        DataError: If other outputs are stored than this discriminator has.
    """
    inputs = model.data_preprocessor(_batch(case, model))['inputs']
    model.eval()
    with torch.no_grad():
        (outputs,) = model.discriminator(inputs['layout'], inputs['image'])
    ours = {(s, i): x for s, scale in enumerate(outputs) for i, x in enumerate(scale)}
    names = {f'disc_{scale}_{stage}' for scale, stage in ours}
    stored = {name for name in case.tensors if name.startswith('disc_')}
    if stored != names:
        raise DataError(
            f'{case.folder}: stored and computed discriminator outputs differ in '
            f'{sorted(stored ^ names)}'
        )
    return [
        Comparison(
            f'discriminator, scale {scale}',
            f'disc_{scale}_{stage}',
            _difference(case, f'disc_{scale}_{stage}', output),
            DISCRIMINATOR_TOLERANCE,
        )
        for (scale, stage), output in ours.items()
    ]


def compare_training(case: GoldenCase, model: ECGAN) -> list[Comparison]:
    """Run one training step and compare its losses and, where stored, its gradients' norms.

    The model's weights stay as they are.

    Raises:
        DataError: If a stored norm belongs to no weight of the model, or a weight has none though
            its network has some.
    """
    losses, norms = training_step(model, _batch(case, model))
    result = []
    for name, tolerance in LOSS_TOLERANCES.items():
        error = abs(losses[LOG_KEYS[name]] - case.meta['losses'][name])
        result.append(Comparison(f'loss {name}', name, error, tolerance))
    for network in ('generator', 'discriminator'):
        stored = case.meta.get(f'grad_norm_{network}')
        if stored is not None:
            result.extend(_compare_norms(network, norms[network], stored))
    return result


def training_step(model: ECGAN, data: dict) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """One ``train_step`` at learning rate 0, watched from outside.

    Returns:
        What the step logs, and for each network the L2 norm of the gradient that reached each
        parameter.
    """
    norms: dict[str, dict[str, float]] = {}
    handles, wrappers = [], {}
    for network in ('generator', 'discriminator'):
        module = getattr(model, network)
        norms[network] = {}
        for name, parameter in module.named_parameters():
            handles.append(parameter.register_hook(_recorder(norms[network], name)))
        wrappers[network] = OptimWrapper(torch.optim.SGD(module.parameters(), lr=0.0))
    model.train()
    try:
        logs = model.train_step(data, OptimWrapperDict(**wrappers))
    finally:
        for handle in handles:
            handle.remove()
    return logs, norms


def _recorder(norms: dict[str, float], name: str) -> Callable[[Tensor], None]:
    def record(gradient: Tensor) -> None:
        norms[name] = gradient.double().norm().item()

    return record


def _compare_norms(
    network: str, norms: Mapping[str, float], stored: Mapping[str, float]
) -> Iterator[Comparison]:
    relative, absolute = GRADIENT_TOLERANCES
    names = {_parameter_name(name, network, norms): name for name in stored}
    missing = sorted(set(norms) - set(names))
    if missing:
        raise DataError(f'no gradient norm is stored for {missing} of the {network}')
    for ours, name in names.items():
        tolerance = relative * abs(stored[name]) + absolute
        error = abs(norms[ours] - stored[name])
        yield Comparison(f'gradient norms, {network}', name, error, tolerance)


def _parameter_name(released: str, network: str, parameters: Iterable[str]) -> str:
    """This project's parameter for a released weight's name, normalised or not."""
    for candidate in (released, f'{released}_orig'):
        name = convert_name(candidate, network)
        if name in parameters:
            return name
    raise DataError(f'no weight of the {network} got the gradient stored for {released!r}')


def compare_case(
    case: GoldenCase,
    device: torch.device | str = 'cpu',
    dtype: torch.dtype = torch.float32,
    layout_mode: str = 'auto',
) -> list[Comparison]:
    """Compare every stored output, loss and gradient norm of a case.

    Raises:
        DataError: If the case's weights do not fit the networks.
    """
    try:
        model = case.build_model(device, dtype, layout_mode)
    except CheckpointError as error:
        raise DataError(f'{case.folder}: {error}') from error
    return [
        *compare_images(case, model),
        *compare_discriminator(case, model),
        *compare_training(case, model),
    ]


def format_table(comparisons: Iterable[Comparison]) -> str:
    """Tabulate, for each group, the number that comes closest to its tolerance or exceeds it."""
    groups: dict[str, list[Comparison]] = {}
    for comparison in comparisons:
        groups.setdefault(comparison.group, []).append(comparison)
    lines = [f'{"group":<32} {"compared":>8} {"error":>10} {"tolerance":>10} {"verdict":<7} worst']
    for group, members in groups.items():
        # not passed first, so that a NaN, which no order places, is not hidden
        worst = max(members, key=lambda c: (not c.passed, c.ratio))
        verdict = 'ok' if worst.passed else 'FAILED'
        lines.append(
            f'{group:<32} {len(members):>8} {worst.error:>10.1e} {worst.tolerance:>10.1e} '
            f'{verdict:<7} {worst.name}'
        )
    return '\n'.join(lines)
