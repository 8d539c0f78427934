"""Pictures of the API's callers."""

import copy
from typing import NamedTuple

import numpy as np

from ..inference import ECGANInferencer
from ..inference.inferencer import SIZES
from ..inference.input_maps import NamedMap
from .api_calls import OUTPUTS, Call, ParameterError
from .layout_files import check_file, write_picture


class Made(NamedTuple):
    """A PNG, and what is to be said of it ('' for nothing)."""

    content: bytes
    note: str


class CallPictures:
    """Makes what calls ask for; each picture is the inferencer's for that label map.

    Args:
        inferencer: The model.
    """

    def __init__(self, inferencer: ECGANInferencer) -> None:
        self.inferencer = inferencer
        # One model; a copy for each way to treat sizes, so that none is changed while another
        # thread reads a map.
        self._by_sizes = {}
        for sizes in SIZES:
            if sizes != 'resize' or inferencer.trained_size:
                self._by_sizes[sizes] = copy.copy(inferencer)
                self._by_sizes[sizes].sizes = sizes

    def check(self, call: Call) -> None:
        """See what is wrong with a call without reading its pixels.

        Raises:
            ParameterError: The model does not have what is asked for.
        """
        parameters, inferencer = call.parameters, self.inferencer
        if parameters.seed is not None and not inferencer.has_noise:
            raise ParameterError(
                f'seed={parameters.seed}: this model makes one picture of each layout; leave seed '
                'out'
            )
        if parameters.sizes not in self._by_sizes:
            raise ParameterError(
                "sizes='resize': nothing says the size that this model was trained at; resize the "
                'label map by the nearest value'
            )
        if call.instances is not None and not self.has_instances:
            raise ParameterError(
                'instances: this model does not tell objects apart; leave the file out'
            )

    @property
    def has_instances(self) -> bool:
        """Whether the model tells objects of a class apart."""
        return self.inferencer.model.data_preprocessor.with_boundary

    def make(self, call: Call) -> Made:
        """Make the picture of a call.

        Raises:
            UserError: Its files cannot be read, or do not fit the model.
        """
        parameters, inferencer = call.parameters, self._by_sizes[call.parameters.sizes]
        shape, instances, notes = check_file(call.layout, 'layout'), None, []
        if call.instances is not None:
            check_file(call.instances, 'instances')
            instances = NamedMap('instances', call.instances)
        elif self.has_instances:
            notes.append('no instance map: regions of a class are taken for instances')
        if parameters.sizes != 'resize':
            notes.append(inferencer.knowledge.size_note(shape).partition(':')[0])
        layout = inferencer.load(NamedMap('layout', call.layout), instances, parameters.seed)
        (picture,) = inferencer.generate([layout])
        pixels = getattr(picture, parameters.output)
        if pixels is None:
            made = [name for name in OUTPUTS if getattr(picture, name) is not None]
            raise ParameterError(
                f'output={parameters.output!r}: this model makes {", ".join(made)}'
            )
        return Made(write_picture(np.ascontiguousarray(pixels)), '; '.join(filter(None, notes)))
