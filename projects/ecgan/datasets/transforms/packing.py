"""The last transform of a pipeline: arrays to the tensors that the model gets."""

import numpy as np
import torch
from mmagic.registry import TRANSFORMS
from mmagic.structures import DataSample
from mmcv.transforms import BaseTransform

from ...errors import ConfigError

META_KEYS = ('img_path', 'seg_map_path', 'sample_idx', 'sample_name', 'img_shape', 'ori_shape')
BOUNDARIES = dict(boundary='gt_boundary_map', generator_boundary='generator_boundary_map')


@TRANSFORMS.register_module()
class PackLayoutInputs(BaseTransform):
    """Pack photo, label map, boundary and edges for ``LayoutDataPreprocessor``.

    The result has

    * ``inputs``: ``label`` (H, W) int64 and, where the pipeline made them, ``image`` (3, H, W)
      uint8 BGR, ``boundary`` (H, W) uint8 in {0, 1} and ``edge`` (1, H, W) uint8 in {0, 255},
      and ``generator_label``, ``generator_boundary``, which :class:`WarpLayout` makes;
    * ``data_samples``: a MMagic ``DataSample`` with ``gt_label_map`` (H, W) int64, ``gt_img``
      (3, H, W) uint8 BGR where there is a photo, and the meta information of ``META_KEYS``, and
      ``unknown_id`` where the data set says it.

    Args:
        size: Height and width that every sample must have here; None: not checked.

    Raises:
        ConfigError: (when called) the label map has another size than ``size``, as happens when a
            crop is larger than the resized photo, or photo or map another size than it.
    """

    def __init__(self, size: tuple[int, int] | None = None) -> None:
        self.size = None if size is None else tuple(size)

    def transform(self, results: dict) -> dict:
        """Check the sizes and pack."""
        self._check_sizes(results)
        label = torch.from_numpy(results['gt_seg_map'].astype(np.int64))
        inputs, truth = {'label': label}, {'gt_label_map': label}
        if 'img' in results:
            image = torch.from_numpy(np.ascontiguousarray(results['img'].transpose(2, 0, 1)))
            inputs['image'] = truth['gt_img'] = image
        if 'generator_seg_map' in results:
            inputs['generator_label'] = torch.from_numpy(
                results['generator_seg_map'].astype(np.int64)
            )
        for key, field in BOUNDARIES.items():
            if field in results:
                inputs[key] = torch.from_numpy(np.ascontiguousarray(results[field]))
        if 'gt_edge_map' in results:
            inputs['edge'] = torch.from_numpy(np.ascontiguousarray(results['gt_edge_map'][None]))
        sample = DataSample(metainfo={key: results[key] for key in META_KEYS if key in results})
        if 'label_coding' in results:
            sample.set_metainfo(dict(unknown_id=results['label_coding'].unknown))
        sample.set_data(truth)
        return {'inputs': inputs, 'data_samples': sample}

    def _check_sizes(self, results: dict) -> None:
        """Stop where tensors of different sizes would meet later on."""
        name = results.get('img_path') or results.get('seg_map_path', 'the label map')
        shape = results['gt_seg_map'].shape[:2]
        if self.size is not None and shape != self.size:
            raise ConfigError(
                f'{name} is {shape[1]}x{shape[0]} after the transforms, but size says '
                f'{self.size[1]}x{self.size[0]} (width x height): a crop must not be larger than '
                'the resized photo'
            )
        for key in ['img'] * ('img' in results) + results.get('seg_fields', []):
            if results[key].shape[:2] != shape:
                raise ConfigError(
                    f'{key} of {name} is {results[key].shape[1]}x{results[key].shape[0]}, but the '
                    f'label map is {shape[1]}x{shape[0]} (width x height) after the transforms'
                )

    def __repr__(self) -> str:
        return f'{type(self).__name__}(size={self.size})'
