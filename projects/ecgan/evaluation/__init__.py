"""How results are measured: metrics, label mappings and reports."""

from .label_mapping import LabelMapping, build_label_mapping
from .layout_metric import LayoutMetric
from .segmentation_fidelity import SegmentationFidelity
from .segmentor import Segmentor

__all__ = [
    'LabelMapping',
    'LayoutMetric',
    'SegmentationFidelity',
    'Segmentor',
    'build_label_mapping',
]
