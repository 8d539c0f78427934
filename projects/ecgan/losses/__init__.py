"""Losses of ECGAN: each a pure function and a thin registered class."""

from .class_pixel_loss import ClassSpecificPixelLoss, class_specific_pixel_loss
from .contrast_sampling import sample_pixels, sampling_keys
from .contrastive_loss import contrastive_loss
from .diversity_loss import DiversityLoss, diversity_loss
from .feature_matching_loss import FeatureMatchingLoss, feature_matching_loss
from .joint_gan_loss import JointGANLoss
from .label_mix_loss import LabelMixConsistency, label_mix_loss
from .multi_scale_contrast_loss import MultiScaleContrastLoss
from .pixel_contrast_loss import PixelContrastLoss
from .relativistic_gan_loss import RelativisticGANLoss, relativistic_pairing_loss
from .segmentation_gan_loss import SegmentationGANLoss, segmentation_gan_loss
from .similarity_loss import SimilarityLoss, similarity_loss
from .vgg_perceptual_loss import VGGPerceptualLoss

__all__ = [
    'ClassSpecificPixelLoss',
    'DiversityLoss',
    'FeatureMatchingLoss',
    'JointGANLoss',
    'LabelMixConsistency',
    'MultiScaleContrastLoss',
    'PixelContrastLoss',
    'RelativisticGANLoss',
    'SegmentationGANLoss',
    'SimilarityLoss',
    'VGGPerceptualLoss',
    'class_specific_pixel_loss',
    'contrastive_loss',
    'diversity_loss',
    'feature_matching_loss',
    'label_mix_loss',
    'relativistic_pairing_loss',
    'sample_pixels',
    'sampling_keys',
    'segmentation_gan_loss',
    'similarity_loss',
]
