"""How results are measured: metrics, label mappings and reports."""

from .diversity import SampleDiversity
from .edge_accuracy import EdgeAccuracy, count_edges, edge_accuracy
from .feature_distance import FeatureDistance, frechet_distance, kernel_distance
from .image_quality import PairedLPIPS, PairedPSNR, PairedSSIM
from .label_mapping import LabelMapping, build_label_mapping
from .layout_metric import LayoutMetric
from .report import can_report, evaluate_and_report
from .segmentation_fidelity import SegmentationFidelity

__all__ = [
    'EdgeAccuracy',
    'FeatureDistance',
    'LabelMapping',
    'LayoutMetric',
    'PairedLPIPS',
    'PairedPSNR',
    'PairedSSIM',
    'SampleDiversity',
    'SegmentationFidelity',
    'build_label_mapping',
    'can_report',
    'count_edges',
    'edge_accuracy',
    'evaluate_and_report',
    'frechet_distance',
    'kernel_distance',
]
