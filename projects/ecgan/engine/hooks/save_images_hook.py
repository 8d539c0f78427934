"""What was measured, as files."""

from pathlib import Path
from typing import Any

from mmagic.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner

from ...visualization import write_image


@HOOKS.register_module()
class SaveImagesHook(Hook):
    """Writes every generated image of a test as ``FOLDER/NAME.png``.

    Names are the samples' ``sample_name``, which may have folders; every process writes its own.

    Args:
        folder: Where to.
    """

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Write the images of a batch."""
        for index, sample in enumerate(outputs or ()):
            name = sample.get('sample_name') or f'{batch_idx}_{index}'
            pixels = sample.get('fake_img').cpu().numpy()
            write_image(self.folder / f'{name}.png', pixels.transpose(1, 2, 0))
