"""Networks, data preprocessor and the model that trains them."""

from . import discriminators, generators, label_generators, layers

__all__ = ['discriminators', 'generators', 'label_generators', 'layers']
