"""Testing with the generator that inference uses."""

from mmagic.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner

from ..models.parts.unwrap import unwrap
from .folded_generator import prepare_for_inference


@HOOKS.register_module()
class FoldGeneratorHook(Hook):
    """Lets the test loop generate with :func:`prepare_for_inference`: faster, the same function.

    What is measured is then what :class:`ECGANInferencer` makes, to the byte.
    """

    def before_test(self, runner: Runner) -> None:
        """Fold a copy of the generator."""
        model = unwrap(runner.model)
        model.folded_generator = prepare_for_inference(model.sampling_generator)

    def after_test(self, runner: Runner) -> None:
        """Drop the copy."""
        unwrap(runner.model).folded_generator = None
