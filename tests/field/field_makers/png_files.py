"""PNG by the libraries that people write it with."""

import io
from pathlib import Path

import numpy as np

from .ways import (
    ALONE,
    BYTES,
    COLOURS,
    FEW,
    FOUR,
    FOUR_BITS,
    FULL,
    GAPS,
    IGNORED,
    LOST,
    MANY,
    MASKS,
    MASKS_255,
    TWO_BITS,
    UNLISTED,
    UNSEEN,
    WIDE,
    way,
)

_GROUP = 'PNG by libraries'


def _voc_palette() -> np.ndarray:
    """The colours of PASCAL VOC: bits of the index, spread over the channels from the highest."""
    index = np.arange(256)
    channels = [
        sum(((index >> (3 * bit + channel)) & 1) << (7 - bit) for bit in range(3))
        for channel in range(3)
    ]
    return np.stack(channels, -1).astype(np.uint8)


VOC = _voc_palette()


def _pillow(mode: str = '', **options: object):
    from PIL import Image

    def write(picture: np.ndarray, path: Path) -> None:
        image = Image.fromarray(picture)
        (image.convert(mode) if mode else image).save(path, **options)

    return write


def _pillow_palette(picture: np.ndarray, path: Path, colours: np.ndarray = VOC, **options) -> None:
    from PIL import Image

    image = Image.fromarray(picture).convert('L')
    image = Image.frombytes('P', image.size, image.tobytes())
    image.putpalette(colours.ravel().tolist())
    image.save(path, **options)


def _pillow_quantised(picture: np.ndarray, path: Path) -> None:
    from PIL import Image

    Image.fromarray(picture).quantize(16).save(path)


def _pillow_adaptive(picture: np.ndarray, path: Path) -> None:
    from PIL import Image

    Image.fromarray(picture).convert('P', palette=Image.Palette.ADAPTIVE).save(path)


def _pillow_short(picture: np.ndarray, path: Path) -> None:
    _pillow_palette(picture, path, VOC[: int(np.sort(np.unique(picture))[-1]) + 1])


def _pillow_three_colours(picture: np.ndarray, path: Path) -> None:
    _pillow_palette(picture, path, VOC[:3])


def _transparent(picture: np.ndarray, path: Path) -> None:
    """The first class is transparent, as exports with an alpha channel have it."""
    from PIL import Image

    alpha = np.where((picture == 0).all(-1) if picture.ndim == 3 else picture == 0, 0, 255)
    Image.fromarray(np.dstack([picture, alpha.astype(np.uint8)])).save(path)


def _cv2(*options: str):
    def write(picture: np.ndarray, path: Path) -> None:
        import cv2

        given = [getattr(cv2, each) if isinstance(each, str) else each for each in options]
        assert cv2.imwrite(str(path), picture[..., ::-1] if picture.ndim == 3 else picture, given)

    return write


def _in_red(dtype: type, instances: bool, alpha: bool):
    """As simulators have it: the id in the red channel, numbers of instances in the green one."""

    def write(picture: np.ndarray, path: Path) -> None:
        import cv2

        rows = np.arange(picture.shape[0])[:, None] // 20
        green = np.where(picture > 0, rows + 1, 0) * instances
        channels = [0 * picture, green, picture] + [0 * picture + 255] * alpha
        assert cv2.imwrite(str(path), np.dstack(channels).astype(dtype))

    return write


def _matplotlib(**options: object):
    def write(picture: np.ndarray, path: Path) -> None:
        import matplotlib

        matplotlib.use('agg')
        from matplotlib import pyplot

        pyplot.imsave(path, picture, **options)

    return write


def _imageio(picture: np.ndarray, path: Path) -> None:
    import imageio.v3

    imageio.v3.imwrite(path, picture)


def _skimage(picture: np.ndarray, path: Path) -> None:
    import skimage.io

    skimage.io.imsave(path, picture, check_contrast=False)


def _skimage_float(picture: np.ndarray, path: Path) -> None:
    import skimage

    _skimage(skimage.img_as_ubyte(picture / picture.max()), path)


def _pypng(bits: int, palette: bool = False, **options: object):
    def write(picture: np.ndarray, path: Path) -> None:
        import png

        size = dict(width=picture.shape[1], height=picture.shape[0])
        if palette:
            options['palette'] = [tuple(c) for c in VOC[: min(2**bits, 256)].tolist()]
        else:
            options['greyscale'] = True
        with path.open('wb') as file:
            png.Writer(**size, bitdepth=bits, **options).write(file, picture.tolist())

    return write


def _imgviz(picture: np.ndarray, path: Path) -> None:
    import imgviz

    imgviz.io.lblsave(str(path), picture)


def _imagecodecs(picture: np.ndarray, path: Path) -> None:
    import imagecodecs

    path.write_bytes(imagecodecs.png_encode(picture))


def _vips(**options: object):
    def write(picture: np.ndarray, path: Path) -> None:
        import pyvips

        pyvips.Image.new_from_array(picture).pngsave(str(path), **options)

    return write


def _vips_16(picture: np.ndarray, path: Path) -> None:
    import pyvips

    image = pyvips.Image.new_from_array(picture)
    image.copy(interpretation='grey16').pngsave(str(path))


def _gdal(colours: bool = False, **options: object):
    def write(picture: np.ndarray, path: Path) -> None:
        import rasterio

        with rasterio.open(
            path, 'w', driver='PNG', height=picture.shape[0], width=picture.shape[1], count=1,
            dtype=picture.dtype, **options,
        ) as file:  # fmt: skip
            file.write(picture, 1)
            if colours:
                file.write_colormap(1, {i: tuple(c) for i, c in enumerate(VOC.tolist())})

    return write


def _ffmpeg(*options: str):
    def write(picture: np.ndarray, path: Path) -> None:
        import subprocess

        import imageio_ffmpeg
        from PIL import Image

        given = io.BytesIO()
        Image.fromarray(picture).save(given, 'PNG')
        subprocess.run(
            [imageio_ffmpeg.get_ffmpeg_exe(), '-v', 'error', '-f', 'png_pipe', '-i', '-',
             *options, '-frames:v', '1', '-y', str(path)],
            input=given.getvalue(), check=True,
        )  # fmt: skip

    return write


_PALETTEGEN = 'split[a][b];[a]palettegen=reserve_transparent=0[p];[b][p]paletteuse=dither=none'
_PNG = '.png'
_SAMPLES = 'grey, the ids'
for _tool, _how, _stores, _write, _sets, _lost in (
    ('pillow', 'fromarray().save', 'grey 8 bits', _pillow(), (*BYTES, COLOURS), ''),
    ('pillow', 'save(optimize=True)', 'grey 8 bits', _pillow(optimize=True), FEW, ''),
    ('pillow', 'uint16 save', 'grey 16 bits', lambda p, f: _pillow()(p.astype(np.uint16), f),
     (FOUR, IGNORED, WIDE), ''),
    ('pillow', "convert('RGB').save", 'colours, all grey', _pillow('RGB'), BYTES, ''),
    ('pillow', "convert('RGBA').save", 'grey colours, opaque', _pillow('RGBA'), FEW, ''),
    ('pillow', "convert('LA').save", 'grey and alpha, opaque', _pillow('LA'), FEW, ''),
    ('pillow', "convert('1').save", '1 bit', _pillow('1'), [MASKS_255], ''),
    ('pillow', 'RGBA, first class transparent', 'colours and alpha', _transparent, [COLOURS],
     ''),
    ('pillow', 'putpalette(VOC).save', 'palette, index is id', _pillow_palette, BYTES, ''),
    ('pillow', 'palette of as many colours as ids', 'palette of 1 to 8 bits', _pillow_short,
     (FOUR, MANY, ALONE, GAPS, MASKS), ''),
    ('pillow', 'palette of 3 colours, id 255', '2 bits: 255 became 3', _pillow_three_colours,
     [IGNORED], LOST),
    ('pillow', 'quantize(16).save', 'palette of greys or colours by number',
     _pillow_quantised, (*BYTES, COLOURS), ''),
    ('pillow', "convert('P', palette=ADAPTIVE).save", 'palette of greys or colours by number',
     _pillow_adaptive, (*BYTES, COLOURS), ''),
    ('opencv-python-headless', 'imwrite', 'grey 8 or 16 bits, colours', _cv2(),
     (FOUR, IGNORED, WIDE, COLOURS), ''),
    ('opencv-python-headless', 'IMWRITE_PNG_BILEVEL', '1 bit: all above 0 is 1',
     _cv2('IMWRITE_PNG_BILEVEL', 1), (MASKS, MASKS_255), ''),
    ('opencv-python-headless', 'SYNTHIA: id in red, 16 bits', 'colours of 16 bits',
     _in_red(np.uint16, False, False), (FOUR, MANY, IGNORED), ''),
    ('opencv-python-headless', 'SYNTHIA: id in red, instance in green, 16 bits',
     'colours of 16 bits', _in_red(np.uint16, True, False), (FOUR, MANY), ''),
    ('opencv-python-headless', 'CARLA: id in red', 'colours and alpha',
     _in_red(np.uint8, False, True), (FOUR, MANY, IGNORED), ''),
    ('opencv-python-headless', 'CARLA: id in red, instance in green', 'colours and alpha',
     _in_red(np.uint8, True, True), (FOUR, MANY), ''),
    ('imageio', 'v3.imwrite', _SAMPLES, _imageio, (FOUR, IGNORED, WIDE, COLOURS), ''),
    ('imageio', 'v3.imwrite of bool', '1 bit or 0/255', lambda p, f: _imageio(p > 0, f),
     (MASKS, MASKS_255), ''),
    ('scikit-image', 'io.imsave', _SAMPLES, _skimage, (FOUR, IGNORED, WIDE), ''),
    ('scikit-image', 'io.imsave of bool', '0 and 255', lambda p, f: _skimage(p > 0, f),
     (MASKS, MASKS_255), ''),
    ('scikit-image', 'img_as_ubyte', 'ids spread to 255', _skimage_float,
     (FULL, MASKS, MASKS_255), ''),
    ('matplotlib', "imsave(cmap='gray')", 'ids spread to 255, RGBA', _matplotlib(cmap='gray'),
     (FULL, MASKS, MASKS_255), ''),
    ('matplotlib', "imsave(cmap='gray')", 'ids spread to 255, by map', _matplotlib(cmap='gray'),
     (FOUR, MANY), LOST),
    ('matplotlib', "imsave(cmap='gray', vmin=0, vmax=255)", 'grey colours',
     _matplotlib(cmap='gray', vmin=0, vmax=255), FEW, ''),
    ('matplotlib', 'imsave of all ids', 'colours of viridis', _matplotlib(), [FULL],
     UNLISTED),
    ('matplotlib', "imsave(cmap='tab20', vmin=0, vmax=19)", 'colours of tab20',
     _matplotlib(cmap='tab20', vmin=0, vmax=19), (FOUR, MANY), UNLISTED),
    ('pypng', '1 bit', 'samples 0, 1', _pypng(1), [MASKS], ''),
    ('pypng', '2 bits', 'samples 0 to 3', _pypng(2), TWO_BITS, ''),
    ('pypng', '4 bits', 'samples 0 to 15', _pypng(4), FOUR_BITS, ''),
    ('pypng', '8 bits, interlaced', _SAMPLES, _pypng(8, interlace=True), FEW, ''),
    ('pypng', '16 bits', _SAMPLES, _pypng(16), (FOUR, WIDE), ''),
    ('pypng', 'palette of 1 bit', 'index is id', _pypng(1, True), [MASKS], ''),
    ('pypng', 'palette of 2 bits', 'index is id', _pypng(2, True), TWO_BITS, ''),
    ('pypng', 'palette of 4 bits', 'index is id', _pypng(4, True), FOUR_BITS, ''),
    ('pypng', 'palette of 8 bits', 'index is id', _pypng(8, True), BYTES, ''),
    ('imgviz', 'io.lblsave', 'palette, index is id', _imgviz,
     (FOUR, IGNORED, MANY, ALONE, GAPS, MASKS), ''),
    ('imagecodecs', 'png_encode', _SAMPLES, _imagecodecs, (FOUR, IGNORED, WIDE, COLOURS), ''),
    ('pyvips', 'pngsave', _SAMPLES, _vips(), (*BYTES, COLOURS), ''),
    ('pyvips', 'new_from_array(uint16).pngsave', '8 bits: ids above 255 became 255',
     _vips(), [WIDE], UNSEEN),
    ('pyvips', "copy(interpretation='grey16').pngsave", 'grey 16 bits', _vips_16, [WIDE], ''),
    ('pyvips', 'pngsave(bitdepth=1)', 'samples 0, 1', _vips(bitdepth=1), (MASKS, MASKS_255),
     ''),
    ('pyvips', 'pngsave(bitdepth=2)', 'samples of 2 bits', _vips(bitdepth=2), TWO_BITS, ''),
    ('pyvips', 'pngsave(bitdepth=4)', 'samples of 4 bits', _vips(bitdepth=4), FOUR_BITS, ''),
    ('pyvips', 'pngsave(palette=True, dither=0)', 'palette of greys or colours',
     _vips(palette=True, dither=0), (*BYTES, COLOURS), ''),
    ('pyvips', 'pngsave(interlace=True)', _SAMPLES, _vips(interlace=True), FEW, ''),
    ('rasterio', 'PNG', _SAMPLES, _gdal(), (FOUR, IGNORED, WIDE), ''),
    ('rasterio', 'PNG, nodata=255', 'grey, tRNS', _gdal(nodata=255), (FOUR, IGNORED), ''),
    ('rasterio', 'PNG, NBITS=1', 'samples 0, 1', _gdal(NBITS=1), [MASKS], ''),
    ('rasterio', 'PNG, NBITS=2', 'samples 0 to 3', _gdal(NBITS=2), TWO_BITS, ''),
    ('rasterio', 'PNG, NBITS=4', 'samples 0 to 15', _gdal(NBITS=4), FOUR_BITS, ''),
    ('rasterio', 'PNG with a colour table', 'palette, index is id', _gdal(True), BYTES, ''),
    ('imageio-ffmpeg', '-pix_fmt gray', _SAMPLES, _ffmpeg('-pix_fmt', 'gray'), FEW, ''),
    ('imageio-ffmpeg', '-pix_fmt rgb24', 'grey colours', _ffmpeg('-pix_fmt', 'rgb24'), FEW,
     ''),
    ('imageio-ffmpeg', 'palettegen, paletteuse', 'palette of greys, by file',
     _ffmpeg('-lavfi', _PALETTEGEN), (FOUR, IGNORED, MANY, COLOURS), ''),
    ('imageio-ffmpeg', '-pix_fmt monob', '1 bit', _ffmpeg('-pix_fmt', 'monob'), [MASKS_255],
     ''),
):  # fmt: skip
    way(_GROUP, _tool, _how, _stores, _PNG, _write, _sets, _lost)
# Of these 0 is no data.
for _tool, _how, _stores, _write in (
    ('pypng', '8 bits, transparent=0', 'grey, tRNS 0', _pypng(8, transparent=0)),
    ('rasterio', 'PNG, nodata=0', 'grey, tRNS 0', _gdal(nodata=0)),
):
    way(_GROUP, _tool, _how, _stores, _PNG, _write, (FOUR, MANY), hides=0)
