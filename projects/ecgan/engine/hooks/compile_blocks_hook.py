"""torch.compile in a training."""

from mmagic.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner

from ...models.parts.unwrap import unwrap
from ..block_compilation import compile_blocks


@HOOKS.register_module()
class CompileBlocksHook(Hook):
    """Compiles the generator's residual blocks, see :func:`compile_blocks`.

    MMEngine's own ``compile`` entry traces the whole ``train_step``, with samplers, optimisers and
    logs, anew for each layout; the tools turn that entry into this hook where the model is ECGAN.

    Args:
        backend: Backend of ``torch.compile``.
        mode: Mode of ``torch.compile``.
    """

    def __init__(self, backend: str = 'inductor', mode: str | None = None) -> None:
        self.backend = backend
        self.mode = mode

    def before_train(self, runner: Runner) -> None:
        """Compile; the moving average, which only makes samples, stays as it is."""
        generator = unwrap(unwrap(runner.model).generator)
        compiled, blocks = compile_blocks(generator, self.backend, self.mode)
        message = f'torch.compile: {compiled} of {blocks} blocks, each when it first runs'
        if compiled < blocks:
            message += (
                '; the others compute on distinct neighbourhoods, which is faster on a CPU and '
                "turned off by layout_mode='plain' of the trunk"
            )
        runner.logger.info(message)
