"""How results are measured: metrics, label mappings and reports."""

from .errors import MismatchError, MissingFileError
from .feature_distance import FeatureDistance, frechet_distance, kernel_distance
from .image_quality import PairedLPIPS, PairedPSNR, PairedSSIM
from .label_mapping import LabelMapping, build_label_mapping
from .layout_metric import LayoutMetric
from .report import can_report, evaluate_and_report
from .report_files import read_report, update_report
from .segmentation_fidelity import SegmentationFidelity
from .segmentor import Segmentor

__all__ = [
    'FeatureDistance',
    'LabelMapping',
    'LayoutMetric',
    'MismatchError',
    'MissingFileError',
    'PairedLPIPS',
    'PairedPSNR',
    'PairedSSIM',
    'SegmentationFidelity',
    'Segmentor',
    'build_label_mapping',
    'can_report',
    'evaluate_and_report',
    'frechet_distance',
    'kernel_distance',
    'read_report',
    'update_report',
]
