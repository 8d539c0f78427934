"""Drawn scenes as files: photos and label maps as people have them."""

from pathlib import Path

from ...datasets import ProceduralScenes
from .common_steps import Converted, write_png


def write_scenes(
    destination: Path, count: int, split: str = 'train', size: int = 64, seed: int = 0
) -> Converted:
    """Write scenes of :class:`~projects.ecgan.datasets.ProceduralScenes`; what is there is kept.

    Args:
        destination: Gets ``images/NAME.png``, ``labels/NAME.png`` and ``instances/NAME.png``.
        count: How many scenes.
        split: 'train' or 'val': two series without a common scene.
        size: Height and width in pixels.
        seed: Another number, another series.

    Returns:
        How many were written.

    Raises:
        ConfigError: The count is not positive, or there is no such split.
    """
    scenes, written = ProceduralScenes(count, split, size, seed=seed), 0
    for index in range(len(scenes)):
        name = f'scene-{split}-{index:06d}.png'
        target = destination / 'labels' / name
        # Of a scene the map is written last: where it is, the others are too.
        if target.is_file():
            continue
        scene = scenes[index]
        write_png(scene['img'], destination / 'images' / name)
        write_png(scene['gt_instance_map'].astype('uint16'), destination / 'instances' / name)
        write_png(scene['gt_seg_map'], target)
        written += 1
    return Converted(split, written, len(scenes) - written)
