"""What a model of a generator does but train it: its moving average, validation and test."""

import torch
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from mmengine.model import BaseModel
from torch import nn

from ..parts.unwrap import unwrap


class SamplingModel(BaseModel):
    """Generates images of layouts by a generator, or by its moving average where there is one.

    A child builds ``generator`` and then the average, and its ``predict`` mode is :meth:`predict`.

    Args:
        data_preprocessor: Config of the data preprocessor.
    """

    generator: nn.Module

    def __init__(self, data_preprocessor: dict) -> None:
        super().__init__(MODELS.build(data_preprocessor))
        self.folded_generator: nn.Module | None = None

    def build_average(self, ema_config: dict | None) -> None:
        """Build the moving average of the generator.

        Args:
            ema_config: Its config; None: there is none.
        """
        self.with_ema = ema_config is not None
        if self.with_ema:
            self.generator_ema = MODELS.build(ema_config, default_args=dict(model=self.generator))

    def update_average(self) -> None:
        """Move the average, if there is one, towards the generator."""
        if self.with_ema:
            self.generator_ema.update_parameters(unwrap(self.generator))

    def init_weights(self) -> None:
        """Initialise all networks; the moving average starts from the generator's weights."""
        super().init_weights()
        if self.with_ema:
            self.generator_ema.module.load_state_dict(unwrap(self.generator).state_dict())

    @property
    def sampling_generator(self) -> nn.Module:
        """Generator that validation and test use: the moving average where there is one.

        :attr:`folded_generator` stands in for it where somebody has prepared it for inference.
        """
        if self.folded_generator is not None:
            return self.folded_generator
        return self.generator_ema.module if self.with_ema else unwrap(self.generator)

    def val_step(self, data: dict) -> list[DataSample]:
        """Generate one image for each layout of a batch of the data loader."""
        data = self.data_preprocessor(data)
        return self(**data, mode='predict')

    test_step = val_step

    @torch.no_grad()
    def predict(self, inputs: dict, data_samples: list[DataSample]) -> list[DataSample]:
        """Generate one image for each layout.

        Args:
            inputs: What the data preprocessor gave.
            data_samples: One a layout; they are copied.

        Returns:
            Samples with ``fake_img``, and ``fake_coarse`` and ``fake_edge`` where the generator
            makes them, each ``(3, H, W)`` in 0 to 255.
        """
        outputs = self.sampling_generator(inputs['layout'])
        fields = dict(image='fake_img', coarse='fake_coarse', edge='fake_edge')
        images = {
            field: self.data_preprocessor.to_uint8(outputs[name]).cpu()
            for name, field in fields.items()
            if name in outputs
        }
        samples = []
        for index, sample in enumerate(data_samples):
            sample = sample.clone()
            sample.set_tensor_data({field: batch[index] for field, batch in images.items()})
            samples.append(sample)
        return samples
