"""TIFF by the libraries that people write it with."""

from pathlib import Path

import numpy as np

from .png_files import VOC, _cv2, _imageio, _pillow, _pillow_palette, _skimage
from .ways import (
    BYTES,
    COLOURS,
    FEW,
    FOUR,
    FOUR_BITS,
    FULL,
    IGNORED,
    LOST,
    MANY,
    MASKS,
    MASKS_255,
    TWO_BITS,
    WIDE,
    way,
)

_GROUP = 'TIFF'


def _tifffile(dtype: type | None = None, negative: bool = False, **options: object):
    """tifffile.imwrite of a type; ``negative``: unknown pixels are -1."""

    def write(picture: np.ndarray, path: Path) -> None:
        import tifffile

        if negative:
            picture = np.where(picture == 255, -1, picture.astype(np.int64))
        tifffile.imwrite(path, picture if dtype is None else picture.astype(dtype), **options)

    return write


def _tifffile_inverted(picture: np.ndarray, path: Path) -> None:
    """MINISWHITE as tifffile writes it: the samples stay as they are given."""
    import tifffile

    tifffile.imwrite(path, picture, photometric='miniswhite')


def _tifffile_palette(picture: np.ndarray, path: Path) -> None:
    import tifffile

    tifffile.imwrite(path, picture, photometric='palette', colormap=VOC.T.astype(np.uint16) * 257)


def _pages(of: str):
    def write(picture: np.ndarray, path: Path) -> None:
        import tifffile

        layers = {
            'classes': [(picture == value) * np.uint8(255) for value in range(4)],
            'twice': [picture, picture],
            'smaller': [picture, picture[::2, ::2]],
        }[of]
        with tifffile.TiffWriter(path) as file:
            for layer in layers:
                file.write(layer, contiguous=False)

    return write


def _one_hot(planar: str):
    def write(picture: np.ndarray, path: Path) -> None:
        import tifffile

        layers = np.stack([picture == value for value in range(4)], 0).astype(np.uint8)
        layers = layers if planar == 'separate' else np.moveaxis(layers, 0, -1)
        tifffile.imwrite(path, layers, photometric='minisblack', planarconfig=planar)

    return write


def _nan(picture: np.ndarray, path: Path) -> None:
    import tifffile

    tifffile.imwrite(path, np.where(picture == 255, np.nan, picture).astype(np.float32))


def _geotiff(
    dtype: type | None = None, colours: bool = False, negative: bool = False, **options: object
):
    def write(picture: np.ndarray, path: Path) -> None:
        import rasterio

        if negative:
            nodata = options['nodata']
            picture = np.where(picture == 255, nodata, picture.astype(np.float64))
        data = picture.astype(dtype or picture.dtype)
        bands = data[None] if data.ndim == 2 else np.moveaxis(data, -1, 0)
        given = dict(driver='GTiff') | options
        with rasterio.open(
            path, 'w', height=data.shape[0], width=data.shape[1], count=len(bands),
            dtype=data.dtype, **given,
        ) as file:  # fmt: skip
            file.write(bands)
            if colours:
                file.write_colormap(1, {i: tuple(c) for i, c in enumerate(VOC.tolist())})

    return write


def _geotiff_mask(picture: np.ndarray, path: Path) -> None:
    """Unknown pixels are 0, and hidden by an internal mask."""
    import rasterio

    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(
            path, 'w', driver='GTiff', height=picture.shape[0], width=picture.shape[1], count=1,
            dtype='uint8',
        ) as file,
    ):  # fmt: skip
        file.write(np.where(picture == 255, 0, picture), 1)
        file.write_mask(picture != 255)


def _second_band(picture: np.ndarray, path: Path) -> None:
    """Classes, and how sure each is, as classifiers of satellite images write them."""
    import rasterio

    sure = (np.indices(picture.shape).sum(0) % 101).astype(picture.dtype)
    with rasterio.open(
        path, 'w', driver='GTiff', height=picture.shape[0], width=picture.shape[1], count=2,
        dtype=picture.dtype,
    ) as file:  # fmt: skip
        file.write(np.stack([picture, sure]))


def _vips(**options: object):
    def write(picture: np.ndarray, path: Path) -> None:
        import pyvips

        pyvips.Image.new_from_array(picture).tiffsave(str(path), **options)

    return write


def _simpleitk(dtype: type | None = None):
    def write(picture: np.ndarray, path: Path) -> None:
        import SimpleITK

        data = picture if dtype is None else picture.astype(dtype)
        SimpleITK.WriteImage(SimpleITK.GetImageFromArray(data), str(path))

    return write


_CODECS = ('zlib', 'lzw', 'zstd', 'packbits', 'lzma', 'deflate')
_PICTURE_CODECS = ('jpeg2000', 'jpegxl', 'png', 'lerc', 'jpegxr')
_SAMPLES = 'the ids'
_WHOLE = (FOUR, IGNORED, WIDE)
for _tool, _how, _stores, _write, _sets, _lost in (
    ('pillow', 'save', _SAMPLES, _pillow(), (*BYTES, COLOURS), ''),
    *(('pillow', f'compression={codec!r}', _SAMPLES, _pillow(compression=codec), FEW, '')
      for codec in ('tiff_lzw', 'tiff_adobe_deflate', 'packbits', 'zstd', 'lzma')),
    ('pillow', "compression='jpeg'", 'blended values', _pillow(compression='jpeg', quality=75),
     (FOUR, MANY, MASKS_255), LOST),
    ('pillow', "convert('1'), group4", '1 bit', _pillow('1', compression='group4'), [MASKS_255],
     ''),
    ('pillow', 'putpalette(VOC).save', 'palette, index is id', _pillow_palette, FEW, ''),
    ('pillow', 'float32 save', 'float32', lambda p, f: _pillow()(p.astype(np.float32), f), _WHOLE,
     ''),
    ('pillow', 'int32 save', 'int32', lambda p, f: _pillow()(p.astype(np.int32), f), _WHOLE, ''),
    ('tifffile', 'imwrite', _SAMPLES, _tifffile(), (*BYTES, WIDE, COLOURS), ''),
    ('tifffile', 'imwrite of bool', '1 bit, MINISWHITE, samples as given', _tifffile(bool),
     (MASKS, MASKS_255), ''),
    ('tifffile', "photometric='miniswhite'", 'samples as given, said to be inverted',
     _tifffile_inverted, (FOUR, IGNORED, MASKS_255), ''),
    ('tifffile', "photometric='palette'", 'palette, index is id', _tifffile_palette,
     (FOUR, IGNORED, MANY), ''),
    *(('tifffile', f'imwrite of {np.dtype(dtype).name}', np.dtype(dtype).name, _tifffile(dtype),
       _WHOLE, '')
      for dtype in (np.int16, np.uint32, np.int32, np.int64, np.uint64, np.float32, np.float64)),
    ('tifffile', 'imwrite of int8', 'int8', _tifffile(np.int8), (FOUR, MANY), ''),
    ('tifffile', 'imwrite of float16', 'float16', _tifffile(np.float16), (FOUR, IGNORED), ''),
    *(('tifffile', f'imwrite of {np.dtype(dtype).name}, unknown is -1',
       f'{np.dtype(dtype).name}, -1', _tifffile(dtype, negative=True), [IGNORED], '')
      for dtype in (np.int8, np.int16, np.int32, np.int64, np.float32)),
    ('tifffile', 'imwrite of float32, unknown is NaN', 'float32, NaN', _nan, [IGNORED], ''),
    *(('tifffile', f'compression={codec!r}', _SAMPLES, _tifffile(compression=codec),
       (FOUR, IGNORED), False) for codec in _CODECS),
    *(('tifffile', f'compression={codec!r}', 'ids in another codec', _tifffile(compression=codec),
       (FOUR, IGNORED), False) for codec in _PICTURE_CODECS),
    ('tifffile', "compression='webp'", 'colours in another codec', _tifffile(compression='webp'),
     [COLOURS], ''),
    ('rasterio', 'COMPRESS=WEBP, WEBP_LOSSLESS', 'colours in another codec',
     _geotiff(compress='WEBP', WEBP_LOSSLESS=True), [COLOURS], ''),
    ('tifffile', "compression='zlib', predictor=True", _SAMPLES,
     _tifffile(compression='zlib', predictor=True), _WHOLE, ''),
    ('tifffile', 'tile=(16, 16)', _SAMPLES, _tifffile(tile=(16, 16)), FEW, ''),
    ('tifffile', 'bigtiff=True', _SAMPLES, _tifffile(bigtiff=True), _WHOLE, ''),
    ('tifffile', "byteorder='>'", _SAMPLES, _tifffile(byteorder='>'), _WHOLE, ''),
    ('tifffile', 'imagej=True', _SAMPLES, _tifffile(imagej=True), _WHOLE, ''),
    ('tifffile', 'ome=True', _SAMPLES, _tifffile(ome=True), _WHOLE, ''),
    ('tifffile', 'rowsperstrip=5', _SAMPLES, _tifffile(rowsperstrip=5), FEW, ''),
    ('tifffile', 'one page a class', 'pages of 0 and 255', _pages('classes'), [FULL], ''),
    ('tifffile', 'the same page twice', '2 pages', _pages('twice'), [FOUR], ''),
    ('tifffile', 'the map and a smaller one', '2 pages', _pages('smaller'), [FOUR], ''),
    ('tifffile', 'one-hot, contiguous', '4 samples a pixel', _one_hot('contig'), [FULL], ''),
    ('tifffile', 'one-hot, planes', '4 planes', _one_hot('separate'), [FULL], ''),
    ('rasterio', 'GTiff', _SAMPLES, _geotiff(), (*BYTES, WIDE, COLOURS), ''),
    ('rasterio', 'NBITS=1', 'samples 0, 1', _geotiff(nbits=1), [MASKS], ''),
    ('rasterio', 'NBITS=2', 'samples 0 to 3', _geotiff(nbits=2), TWO_BITS, ''),
    ('rasterio', 'NBITS=4', 'samples 0 to 15', _geotiff(nbits=4), FOUR_BITS, ''),
    ('rasterio', 'PHOTOMETRIC=MINISWHITE', 'samples as given, said to be inverted',
     _geotiff(photometric='MINISWHITE'), (FOUR, MASKS, MASKS_255), ''),
    ('rasterio', 'NBITS=1, PHOTOMETRIC=MINISWHITE', 'samples as given, said to be inverted',
     _geotiff(photometric='MINISWHITE', nbits=1), [MASKS], ''),
    *(('rasterio', f'COMPRESS={codec}', _SAMPLES, _geotiff(compress=codec), (FOUR, IGNORED), '')
      for codec in ('LZW', 'DEFLATE', 'ZSTD', 'PACKBITS', 'LERC', 'LERC_ZSTD')),
    ('rasterio', 'COMPRESS=JPEG', 'blended values', _geotiff(compress='JPEG'), (FOUR, MANY), LOST),
    ('rasterio', 'COMPRESS=CCITTFAX4', '1 bit', _geotiff(compress='CCITTFAX4', nbits=1), [MASKS],
     ''),
    ('rasterio', 'nodata=255', 'the ids, GDAL_NODATA', _geotiff(nodata=255), (FOUR, IGNORED),
     ''),
    ('rasterio', 'int16, nodata=-1', 'int16', _geotiff(np.int16, negative=True, nodata=-1),
     [IGNORED], ''),
    ('rasterio', 'int16, nodata=-9999', 'int16', _geotiff(np.int16, negative=True, nodata=-9999),
     [IGNORED], ''),
    ('rasterio', 'uint8, nodata=200', 'the ids, 200 is unknown',
     _geotiff(np.uint8, negative=True, nodata=200), [IGNORED], ''),
    ('rasterio', 'float32, nodata=nan', 'float32',
     _geotiff(np.float32, negative=True, nodata=np.nan), [IGNORED], ''),
    ('rasterio', 'float64, nodata=-1.7e308', 'float64',
     _geotiff(np.float64, negative=True, nodata=-1.7e308), [IGNORED], ''),
    ('rasterio', 'internal mask', '2 pages, the second a mask', _geotiff_mask, [IGNORED], ''),
    ('rasterio', 'colour table', 'palette, index is id', _geotiff(colours=True), FEW, ''),
    ('rasterio', 'tiled, 16 x 16', _SAMPLES, _geotiff(tiled=True, blockxsize=16, blockysize=16),
     FEW, ''),
    ('rasterio', 'COG', _SAMPLES, _geotiff(driver='COG'), FEW, ''),
    ('rasterio', 'BIGTIFF=YES', _SAMPLES, _geotiff(bigtiff='YES'), FEW, ''),
    ('rasterio', 'INTERLEAVE=BAND', 'three planes', _geotiff(interleave='band'), [COLOURS], ''),
    ('rasterio', 'classes and how sure', '2 bands', _second_band, (FOUR, MANY), ''),
    *(('rasterio', f'{np.dtype(dtype).name}', np.dtype(dtype).name, _geotiff(dtype), _WHOLE, '')
      for dtype in (np.int16, np.int32, np.float32, np.float64)),
    ('pyvips', 'tiffsave', _SAMPLES, _vips(), (*BYTES, WIDE, COLOURS), ''),
    ('pyvips', 'tiffsave(bitdepth=1)', '1 bit', _vips(bitdepth=1), (MASKS_255,), ''),
    ('pyvips', 'tiffsave(miniswhite=True)', 'samples inverted', _vips(miniswhite=True),
     (FOUR, MASKS_255), ''),
    ('pyvips', "tiffsave(bitdepth=1, miniswhite=True)", '1 bit, inverted',
     _vips(bitdepth=1, miniswhite=True), [MASKS_255], ''),
    ('pyvips', 'tiffsave(tile=True)', _SAMPLES, _vips(tile=True), FEW, ''),
    ('pyvips', "tiffsave(compression='deflate', predictor)", _SAMPLES,
     _vips(compression='deflate', predictor='horizontal'), FEW, ''),
    ('pyvips', "tiffsave(compression='ccittfax4', bitdepth=1)", '1 bit',
     _vips(compression='ccittfax4', bitdepth=1), [MASKS_255], ''),
    ('opencv-python-headless', 'imwrite', _SAMPLES, _cv2(), (FOUR, IGNORED, WIDE, COLOURS), ''),
    *(('opencv-python-headless', f'imwrite of {np.dtype(dtype).name}', np.dtype(dtype).name,
       lambda p, f, dtype=dtype: _cv2()(p.astype(dtype), f), (FOUR, WIDE), '')
      for dtype in (np.int16, np.int32, np.float32, np.float64)),
    ('imageio', 'v3.imwrite', _SAMPLES, _imageio, (FOUR, IGNORED, WIDE, COLOURS), ''),
    ('imageio', 'v3.imwrite of bool', '1 bit, MINISWHITE', lambda p, f: _imageio(p > 0, f),
     (MASKS, MASKS_255), ''),
    ('scikit-image', 'io.imsave', _SAMPLES, _skimage, (FOUR, IGNORED, WIDE), ''),
    ('scikit-image', 'io.imsave of label() (int32)', 'int32',
     lambda p, f: _skimage(p.astype(np.int32), f), (FOUR, WIDE), ''),
    ('scikit-image', 'io.imsave of bool', '1 bit, MINISWHITE', lambda p, f: _skimage(p > 0, f),
     [MASKS], ''),
    ('simpleitk', 'WriteImage', _SAMPLES, _simpleitk(), (FOUR, IGNORED, WIDE), ''),
    ('simpleitk', 'WriteImage of float32', 'float32', _simpleitk(np.float32), (FOUR, WIDE), ''),
):  # fmt: skip
    way(_GROUP, _tool, _how, _stores, '.tif', _write, _sets, _lost)
way(_GROUP, 'rasterio', 'nodata=0', 'the ids, GDAL_NODATA 0', '.tif', _geotiff(nodata=0),
    (FOUR, MANY), hides=0)  # fmt: skip
