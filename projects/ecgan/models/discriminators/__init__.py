"""Discriminators."""

from .adaptive_augmentation import AdaptiveAugmentation
from .diff_augment import DiffAugment
from .joint_discriminator import JointDiscriminator
from .lecam import LeCamRegularization, lecam_loss
from .multi_modality_discriminator import MultiModalityDiscriminator
from .pair_discriminator import PairDiscriminator
from .pairs import check_edges_are_judged, judge_pairs, split_pairs
from .pretrained_segmentation_discriminator import PretrainedSegmentationDiscriminator
from .segmentor_discriminator import SegmentorDiscriminator
from .slim_stylegan2_discriminator import slim_stylegan2_discriminator
from .unet_segmentation_discriminator import UNetSegmentationDiscriminator

__all__ = [
    'AdaptiveAugmentation',
    'DiffAugment',
    'JointDiscriminator',
    'LeCamRegularization',
    'MultiModalityDiscriminator',
    'PairDiscriminator',
    'PretrainedSegmentationDiscriminator',
    'SegmentorDiscriminator',
    'UNetSegmentationDiscriminator',
    'check_edges_are_judged',
    'judge_pairs',
    'lecam_loss',
    'slim_stylegan2_discriminator',
    'split_pairs',
]
