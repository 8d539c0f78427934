"""Arrays: NumPy, MATLAB, HDF5, medical and hyperspectral formats, tables of numbers."""

from pathlib import Path

import numpy as np

from .ways import BYTES, FOUR, FULL, IGNORED, MANY, MASKS, WIDE, way

_GROUP = 'Arrays'


def _npy(change=lambda picture: picture):
    return lambda picture, path: np.save(path, change(picture))


def _negative(dtype: type):
    return lambda picture: np.where(picture == 255, -1, picture.astype(np.int64)).astype(dtype)


def _one_hot(picture: np.ndarray) -> np.ndarray:
    return np.stack([picture == value for value in range(4)], -1).astype(np.uint8)


def _scores(picture: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(0)
    return (_one_hot(picture) * 3 + rng.normal(0, 0.3, (*picture.shape, 4))).astype(np.float32)


def _npz(save=np.savez, **names):
    def write(picture: np.ndarray, path: Path) -> None:
        save(path, **{name: make(picture) for name, make in names.items()})

    return write


def _mat(make, **options: object):
    def write(picture: np.ndarray, path: Path) -> None:
        import scipy.io

        scipy.io.savemat(path, make(picture), **options)

    return write


def _mat73(picture: np.ndarray, path: Path) -> None:
    """MATLAB's own -v7.3 form: HDF5, arrays transposed."""
    import hdf5storage

    hdf5storage.savemat(str(path), {'LabelMap': picture}, format='7.3')


def _cell(picture: np.ndarray) -> dict:
    """A struct in a cell, as BSDS and SBD nest theirs."""
    inside = np.empty((1, 1), object)
    inside[0, 0] = {'Segmentation': picture, 'Boundaries': picture > 0}
    return {'groundTruth': inside}


def _sbd(picture: np.ndarray) -> dict:
    boundaries = np.empty((20, 1), object)
    for index in range(20):
        boundaries[index, 0] = picture == index + 1
    return {
        'GTcls': {
            'Boundaries': boundaries,
            'Segmentation': picture,
            'CategoriesPresent': np.unique(picture),
        }
    }


def _h5(picture: np.ndarray, path: Path) -> None:
    import h5py

    with h5py.File(path, 'w') as file:
        file['label'] = picture


def _nifti(dtype: type, volume: bool = True, slope: float | None = None):
    def write(picture: np.ndarray, path: Path) -> None:
        import nibabel

        # Voxels are counted x, y, z.
        data = picture.T[..., None] if volume else picture.T
        image = nibabel.Nifti1Image(data.astype(dtype), np.diag([-1, -1, 1, 1]))
        if slope:
            image.header.set_slope_inter(slope, 0)
        nibabel.save(image, path)

    return write


def _simpleitk(volume: bool = False, compress: bool = True):
    def write(picture: np.ndarray, path: Path) -> None:
        import SimpleITK

        data = picture[None] if volume else picture
        SimpleITK.WriteImage(SimpleITK.GetImageFromArray(data), str(path), compress)

    return write


def _nrrd(**header: object):
    def write(picture: np.ndarray, path: Path) -> None:
        import nrrd

        nrrd.write(str(path), picture.T, header or None)

    return write


def _dicom(picture: np.ndarray, path: Path) -> None:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = '1.2.840.10008.5.1.4.1.1.7'
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    data.set_pixel_data(picture, 'MONOCHROME2', 8)
    data.save_as(path, enforce_file_format=True)


def _envi(picture: np.ndarray, path: Path) -> None:
    from spectral.io import envi

    envi.save_classification(str(path), picture, class_names=[str(i) for i in range(4)], force=True)


def _text(delimiter: str):
    return lambda picture, path: np.savetxt(path, picture, fmt='%d', delimiter=delimiter)


_WHOLE = (FOUR, IGNORED, WIDE)
for _suffix, _tool, _how, _stores, _write, _sets in (
    ('.npy', 'numpy', 'save', 'the ids', _npy(), (*BYTES, WIDE)),
    *(('.npy', 'numpy', f'save of {np.dtype(dtype).name}', np.dtype(dtype).name,
       _npy(lambda p, dtype=dtype: p.astype(dtype)), _WHOLE)
      for dtype in (np.int16, np.int64, np.uint64, np.float32, np.float64)),
    ('.npy', 'numpy', 'save of float16', 'float16', _npy(lambda p: p.astype(np.float16)), [FOUR]),
    ('.npy', 'numpy', 'save of bool', 'bool', _npy(lambda p: p > 0), [MASKS]),
    ('.npy', 'numpy', 'save of big-endian int32', 'int32', _npy(lambda p: p.astype('>i4')), _WHOLE),
    ('.npy', 'numpy', 'save of a transposed view', 'Fortran order', _npy(np.asfortranarray),
     (FOUR, MANY)),
    ('.npy', 'numpy', 'save of (1, H, W)', 'an axis of 1', _npy(lambda p: p[None]),
     (FOUR, IGNORED)),
    ('.npy', 'numpy', 'save of (H, W, 1)', 'an axis of 1', _npy(lambda p: p[..., None]),
     (FOUR, IGNORED)),
    ('.npy', 'numpy', 'save of int16, unknown is -1', 'int16, -1', _npy(_negative(np.int16)),
     [IGNORED]),
    ('.npy', 'numpy', 'save of int64, unknown is -1', 'int64, -1', _npy(_negative(np.int64)),
     [IGNORED]),
    ('.npy', 'numpy', 'save of int64, unknown is -100', 'int64, -100',
     _npy(lambda p: np.where(p == 255, -100, p.astype(np.int64))), [IGNORED]),
    ('.npy', 'numpy', 'save of float32, unknown is NaN', 'float32, NaN',
     _npy(lambda p: np.where(p == 255, np.nan, p)), [IGNORED]),
    ('.npy', 'numpy', 'save of one-hot (H, W, 4)', 'one-hot', _npy(_one_hot), [FULL]),
    ('.npy', 'numpy', 'save of one-hot (4, H, W)', 'one-hot',
     _npy(lambda p: np.moveaxis(_one_hot(p), -1, 0)), [FULL]),
    ('.npy', 'numpy', 'save of scores (H, W, 4)', 'scores of classes', _npy(_scores), [FULL]),
    ('.npz', 'numpy', 'savez(label)', 'one array', _npz(label=lambda p: p), (*_WHOLE, MANY)),
    ('.npz', 'numpy', 'savez_compressed(arr_0)', 'one array',
     _npz(np.savez_compressed, arr_0=lambda p: p), (FOUR, IGNORED)),
    ('.npz', 'numpy', 'savez(image, label)', 'two arrays',
     _npz(image=lambda p: np.dstack([p * 20] * 3), label=lambda p: p), (FOUR, IGNORED)),
    ('.npz', 'numpy', 'savez(image, mask), both grey', 'two arrays',
     _npz(image=lambda p: (p * 37 + 5) % 251, mask=lambda p: p), [FOUR]),
    ('.mat', 'scipy', 'savemat(S)', 'MATLAB v5', _mat(lambda p: {'S': p}), (*_WHOLE, MANY)),
    ('.mat', 'scipy', 'savemat(do_compression=True)', 'MATLAB v7',
     _mat(lambda p: {'groundtruth': p}, do_compression=True), (FOUR, IGNORED)),
    ('.mat', 'scipy', "savemat(format='4')", 'MATLAB v4',
     _mat(lambda p: {'LabelMap': p.astype(float)}, format='4'), [FOUR]),
    ('.mat', 'scipy', 'savemat of double', 'MATLAB v5, double',
     _mat(lambda p: {'labels': p.astype(float)}), _WHOLE),
    ('.mat', 'scipy', 'savemat of S and names', 'a map and a list of names',
     _mat(lambda p: {'S': p, 'names': np.array(['sky', 'road'], object)}), [FOUR]),
    ('.mat', 'scipy', 'GTcls.Segmentation (SBD)', 'a struct', _mat(_sbd), (FOUR, MANY)),
    ('.mat', 'scipy', 'groundTruth{1}.Segmentation (BSDS)', 'a struct in a cell', _mat(_cell),
     [FOUR]),
    ('.mat', 'scipy', 'two maps (labels, instances)', 'two arrays',
     _mat(lambda p: {'labels': p, 'instances': (p > 0) * (1 + np.indices(p.shape)[1] // 18)}),
     [FOUR]),
    ('.mat', 'hdf5storage', "savemat(format='7.3')", 'MATLAB v7.3: HDF5, transposed', _mat73,
     (FOUR, IGNORED)),
    ('.h5', 'h5py', "file['label'] = ids", 'HDF5', _h5, [FOUR]),
    ('.nii.gz', 'nibabel', 'uint8, (W, H, 1)', 'NIfTI', _nifti(np.uint8), (FOUR, IGNORED)),
    ('.nii.gz', 'nibabel', 'int16, (W, H)', 'NIfTI', _nifti(np.int16, False), (FOUR, WIDE)),
    ('.nii', 'nibabel', 'float64', 'NIfTI', _nifti(np.float64), [FOUR]),
    ('.nii.gz', 'nibabel', 'scl_slope=0.5', 'NIfTI, scaled', _nifti(np.uint8, slope=0.5), [FOUR]),
    ('.nii.gz', 'simpleitk', 'WriteImage', 'NIfTI', _simpleitk(), (FOUR, IGNORED, WIDE)),
    ('.nii.gz', 'simpleitk', 'WriteImage of (1, H, W)', 'NIfTI', _simpleitk(True), [FOUR]),
    ('.nrrd', 'simpleitk', 'WriteImage', 'NRRD', _simpleitk(), (FOUR, IGNORED, WIDE)),
    ('.nrrd', 'pynrrd', 'write', 'NRRD', _nrrd(), (FOUR, IGNORED)),
    ('.nrrd', 'pynrrd', 'write(encoding=ascii)', 'NRRD, numbers as text', _nrrd(encoding='ascii'),
     [FOUR]),
    ('.mha', 'simpleitk', 'WriteImage', 'MetaImage', _simpleitk(), (FOUR, IGNORED, WIDE)),
    ('.mha', 'simpleitk', 'WriteImage, uncompressed', 'MetaImage', _simpleitk(compress=False),
     [FOUR]),
    ('.mhd', 'simpleitk', 'WriteImage', 'MetaImage, two files', _simpleitk(), [FOUR]),
    ('.dcm', 'pydicom', 'set_pixel_data', 'DICOM', _dicom, [FOUR]),
    ('.hdr', 'spectral', 'envi.save_classification', 'ENVI, two files', _envi, [FOUR]),
    ('.csv', 'numpy', "savetxt(delimiter=',')", 'numbers as text', _text(','), [FOUR]),
    ('.txt', 'numpy', 'savetxt', 'numbers as text', _text(' '), [FOUR]),
):  # fmt: skip
    way(_GROUP, _tool, f'{_suffix[1:]}: {_how}', _stores, _suffix, _write, _sets)
