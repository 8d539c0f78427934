"""Pictures in other formats than PNG and TIFF."""

from pathlib import Path

import numpy as np

from .png_files import _PALETTEGEN, _cv2, _ffmpeg, _imageio, _matplotlib, _pillow, _pillow_palette
from .ways import (
    BYTES,
    COLOURS,
    FEW,
    FOUR,
    FULL,
    IGNORED,
    LOST,
    MANY,
    MASKS,
    MASKS_255,
    UNSEEN,
    WIDE,
    run,
    way,
)

_GROUP = 'Other pictures'


def _imagecodecs(codec: str, **options: object):
    def write(picture: np.ndarray, path: Path) -> None:
        import imagecodecs

        path.write_bytes(getattr(imagecodecs, f'{codec}_encode')(picture, **options))

    return write


def _qoi(picture: np.ndarray, path: Path) -> None:
    picture = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, -1)
    _imagecodecs('qoi')(picture, path)


def _jxl(**options: object):
    def write(picture: np.ndarray, path: Path) -> None:
        import pillow_jxl  # noqa: F401  (registers itself)

        _pillow(**options)(picture, path)

    return write


def _vips(saver: str, **options: object):
    def write(picture: np.ndarray, path: Path) -> None:
        import pyvips

        getattr(pyvips.Image.new_from_array(picture), saver)(str(path), **options)

    return write


def _plain_pgm(picture: np.ndarray, path: Path) -> None:
    rows = '\n'.join(' '.join(map(str, row)) for row in picture.tolist())
    path.write_text(f'P2\n# drawn\n{picture.shape[1]} {picture.shape[0]}\n255\n{rows}\n')


def _maxval(picture: np.ndarray, path: Path) -> None:
    """PGM with the highest id as its maxval, as netpbm's tools take it."""
    head = f'P5\n{picture.shape[1]} {picture.shape[0]}\n{picture.max()}\n'
    path.write_bytes(head.encode() + picture.tobytes())


def _resized(rule: str):
    def write(picture: np.ndarray, path: Path) -> None:
        import cv2

        large = np.repeat(np.repeat(picture, 3, 0), 3, 1)
        size = picture.shape[1::-1]
        _cv2()(cv2.resize(large, size, interpolation=getattr(cv2, rule)), path)

    return write


def _halved(rule: str):
    """Halved and doubled again: what a folder looks like whose maps were resized with photos."""

    def write(picture: np.ndarray, path: Path) -> None:
        import cv2

        small = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=getattr(cv2, rule))
        _cv2()(cv2.resize(small, picture.shape[1::-1], interpolation=cv2.INTER_NEAREST), path)

    return write


def _program(*command: str):
    """A program that converts a PNG; IN and OUT stand for the two."""

    def write(picture: np.ndarray, path: Path) -> None:
        given = path.with_suffix('.given.png')
        _cv2()(picture, given)
        run(*(word.replace('IN', str(given)).replace('OUT', str(path)) for word in command))
        given.unlink()

    return write


def _piped(*programs: str):
    """Programs of which each reads what the one before it prints, from a PNG on."""

    def write(picture: np.ndarray, path: Path) -> None:
        import imagecodecs

        data = imagecodecs.png_encode(picture)
        for program in programs:
            data = run(program, given=data)
        path.write_bytes(data)

    return write


_SAMPLES = 'the ids'
_SOME = (FOUR, IGNORED, MANY)
for _suffix, _tool, _how, _stores, _write, _sets, _lost in (
    ('.bmp', 'pillow', 'save', _SAMPLES, _pillow(), (*BYTES, COLOURS), ''),
    ('.bmp', 'pillow', 'putpalette(VOC).save', 'palette, index is id', _pillow_palette, _SOME,
     ''),
    ('.bmp', 'pillow', "convert('1').save", '1 bit', _pillow('1'), [MASKS_255], ''),
    ('.bmp', 'opencv-python-headless', 'imwrite', 'palette of greys', _cv2(), (*_SOME, COLOURS),
     ''),
    ('.bmp', 'imageio', 'v3.imwrite', _SAMPLES, _imageio, _SOME, ''),
    ('.bmp', 'imagecodecs', 'bmp_encode', _SAMPLES, _imagecodecs('bmp'), (FOUR, IGNORED), ''),
    ('.bmp', 'imagemagick', 'convert -compress RLE', 'levels that were changed',
     _program('convert', 'IN', '-type', 'palette', '-compress', 'RLE', 'OUT'), _SOME, UNSEEN),
    ('.gif', 'pillow', 'save', 'palette of greys', _pillow(), _SOME, ''),
    ('.gif', 'pillow', 'putpalette(VOC).save', 'palette, index by file', _pillow_palette, _SOME,
     ''),
    ('.gif', 'pillow', 'save of colours', 'palette of the colours', _pillow(), [COLOURS], ''),
    ('.gif', 'imageio', 'v3.imwrite', 'palette of greys', _imageio, _SOME, ''),
    ('.gif', 'imageio-ffmpeg', 'palettegen', 'palette of greys',
     _ffmpeg('-lavfi', _PALETTEGEN), (FOUR, IGNORED), ''),
    ('.gif', 'pyvips', 'gifsave(dither=0)', 'palette of greys', _vips('gifsave', dither=0),
     (FOUR, IGNORED), ''),
    ('.gif', 'imagemagick', 'convert', 'levels that were changed', _program('convert', 'IN', 'OUT'),
     (FOUR, IGNORED), UNSEEN),
    ('.webp', 'pillow', 'save(lossless=True)', 'grey colours', _pillow(lossless=True),
     (*_SOME, COLOURS), ''),
    ('.webp', 'pillow', 'save', 'blended values', _pillow(),
     (FOUR, MANY, MASKS_255, COLOURS), LOST),
    ('.webp', 'opencv-python-headless', 'IMWRITE_WEBP_QUALITY, 101', 'grey colours',
     _cv2('IMWRITE_WEBP_QUALITY', 101), (*_SOME, COLOURS), ''),
    ('.webp', 'opencv-python-headless', 'imwrite', 'grey colours', _cv2(), (FOUR, MANY), ''),
    ('.webp', 'pyvips', 'webpsave(lossless=True)', 'grey colours',
     _vips('webpsave', lossless=True), (*_SOME, COLOURS), ''),
    ('.webp', 'pyvips', 'webpsave(near_lossless=True, Q=20)', 'blended values',
     _vips('webpsave', near_lossless=True, Q=20), [COLOURS], LOST),
    ('.tga', 'pillow', 'save', _SAMPLES, _pillow(), (*_SOME, COLOURS), ''),
    ('.tga', 'pillow', "save(compression='tga_rle')", _SAMPLES, _pillow(compression='tga_rle'),
     (FOUR, IGNORED, COLOURS), ''),
    ('.tga', 'pillow', 'putpalette(VOC).save', 'palette, index is id', _pillow_palette,
     (FOUR, IGNORED), ''),
    ('.pcx', 'pillow', 'save', _SAMPLES, _pillow(), (FOUR, IGNORED, COLOURS), ''),
    ('.sgi', 'pillow', 'save', _SAMPLES, _pillow(), (FOUR, IGNORED, COLOURS), ''),
    ('.ico', 'pillow', 'save', 'shrunk', _pillow(), [FOUR], LOST),
    ('.pgm', 'pillow', 'save', _SAMPLES, _pillow(), _SOME, ''),
    ('.pgm', 'opencv-python-headless', 'imwrite', _SAMPLES, _cv2(), (*_SOME, WIDE), ''),
    ('.pgm', 'opencv-python-headless', 'IMWRITE_PXM_BINARY, 0', 'numbers as text',
     _cv2('IMWRITE_PXM_BINARY', 0), (FOUR, IGNORED), ''),
    ('.pgm', 'numpy', 'numbers as text (P2)', 'numbers as text', _plain_pgm, _SOME, ''),
    ('.pgm', 'numpy', 'the highest id as maxval', 'the ids, a low maxval', _maxval, [FULL], ''),
    ('.pgm', 'numpy', 'the highest id as maxval', 'the ids, maxval by map', _maxval,
     (FOUR, MANY), ''),
    ('.pgm', 'netpbm', 'pngtopnm', _SAMPLES,
     _piped('pngtopnm'), _SOME, ''),
    ('.pbm', 'pillow', "convert('1').save", '1 bit, inverted', _pillow('1'), [MASKS_255], ''),
    ('.ppm', 'pillow', 'save', 'colours', _pillow('RGB'), (FOUR, COLOURS), ''),
    ('.pfm', 'pillow', 'float32 save', 'float32', lambda p, f: _pillow()(p.astype(np.float32), f),
     (FOUR, WIDE), ''),
    ('.pfm', 'opencv-python-headless', 'imwrite of float32', 'float32',
     lambda p, f: _cv2()(p.astype(np.float32), f), [FOUR], ''),
    ('.jp2', 'pillow', 'save', _SAMPLES, _pillow(), (*_SOME, WIDE, COLOURS), ''),
    ('.jp2', 'pillow', "quality_mode='rates', quality_layers=[20]", 'blended values',
     _pillow(quality_mode='rates', quality_layers=[20]), (FOUR, COLOURS), LOST),
    ('.jp2', 'opencv-python-headless', 'imwrite', _SAMPLES, _cv2(), (FOUR, IGNORED), LOST),
    ('.jp2', 'imagecodecs', 'jpeg2k_encode(level=0)', _SAMPLES,
     _imagecodecs('jpeg2k', level=0), (FOUR, IGNORED, WIDE), ''),
    ('.jxl', 'pillow-jxl-plugin', 'save(lossless=True)', _SAMPLES, _jxl(lossless=True),
     (FOUR, IGNORED, COLOURS), ''),
    ('.jxl', 'imagecodecs', 'jpegxl_encode(lossless=True)', _SAMPLES,
     _imagecodecs('jpegxl', lossless=True), (FOUR, IGNORED), ''),
    ('.avif', 'pillow', 'save', 'blended values', _pillow(), (FOUR, COLOURS), LOST),
    ('.avif', 'pillow', "quality=100, subsampling='4:4:4'", 'ids, nearly',
     _pillow(quality=100, subsampling='4:4:4'), (FOUR, COLOURS), LOST),
    ('.avif', 'opencv-python-headless', 'imwrite', 'blended values', _cv2(), [FOUR], LOST),
    ('.jpg', 'pillow', 'save', 'blended values', _pillow(), (*_SOME, MASKS_255, COLOURS), LOST),
    ('.jpg', 'pillow', 'quality=100, subsampling=0', 'blended values',
     _pillow(quality=100, subsampling=0), (*_SOME, MASKS_255, COLOURS), LOST),
    ('.jpg', 'opencv-python-headless', 'imwrite', 'blended values', _cv2(), (FOUR, MASKS_255),
     LOST),
    ('.jpg', 'matplotlib', 'imsave', 'blended values', _matplotlib(), [FULL], LOST),
    ('.png', 'opencv-python-headless', 'resize, INTER_NEAREST', _SAMPLES,
     _resized('INTER_NEAREST'), FEW, ''),
    ('.png', 'opencv-python-headless', 'halved, INTER_LINEAR', 'blended values',
     _halved('INTER_LINEAR'), (IGNORED, MASKS_255, COLOURS), LOST),
    ('.png', 'opencv-python-headless', 'halved, INTER_LINEAR', 'ids between the ids',
     _halved('INTER_LINEAR'), [MANY], UNSEEN),
    ('.png', 'opencv-python-headless', 'halved, INTER_AREA', 'blended values',
     _halved('INTER_AREA'), (IGNORED, MASKS_255), LOST),
    ('.png', 'opencv-python-headless', 'halved, INTER_CUBIC', 'blended values',
     _halved('INTER_CUBIC'), (IGNORED, MASKS_255), LOST),
    ('.hdr', 'opencv-python-headless', 'imwrite of float32', 'shared exponents',
     lambda p, f: _cv2()(p.astype(np.float32), f), [FOUR], ''),
    ('.ras', 'opencv-python-headless', 'imwrite', _SAMPLES, _cv2(), [FOUR], ''),
    ('.qoi', 'imagecodecs', 'qoi_encode', 'grey colours', _qoi, (FOUR, COLOURS), ''),
    ('.xpm', 'imagemagick', 'convert', 'palette', _program('convert', 'IN', 'OUT'),
     (FOUR, COLOURS), ''),
    ('.pam', 'netpbm', 'pngtopam', _SAMPLES, _piped('pngtopam'),
     [FOUR], ''),
    ('.png', 'netpbm', 'pngtopnm | pnmtopng', 'grey of 1 to 8 bits',
     _piped('pngtopnm', 'pnmtopng'),
     (FOUR, IGNORED, MANY, MASKS, MASKS_255, COLOURS), ''),
):  # fmt: skip
    way(_GROUP, _tool, f'{_suffix[1:]}: {_how}', _stores, _suffix, _write, _sets, _lost)
