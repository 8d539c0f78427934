"""Medical formats (NIfTI, NRRD, MetaImage) as label maps, where SimpleITK is installed."""

from pathlib import Path

from ...errors import DataError
from .arrays import stored_array
from .stored import StoredMap

#: Ends of the names of such files.
VOLUME_SUFFIXES = ('.nii', '.nii.gz', '.nrrd', '.mha')
_SCALE = ('scl_slope', 'scl_inter')


def stored_volume(path: Path, name: str) -> StoredMap:
    """The map of a volume of one slice: rows and columns as SimpleITK's arrays have them.

    Raises:
        DataError: SimpleITK is not there, or there are several slices.
    """
    try:
        import SimpleITK
    except ImportError as error:
        raise DataError(
            f'{name} is a medical format, which takes one more package: '
            "pip install 'ecgan[volumes]', or save slices as PNG"
        ) from error
    image = SimpleITK.ReadImage(str(path))
    scale = [float(image.GetMetaData(key)) if image.HasMetaDataKey(key) else None for key in _SCALE]
    if scale[0] not in (None, 0, 1) or scale[1] not in (None, 0):
        raise DataError(
            f'{name} says that its values are to be scaled (scl_slope {scale[0]:g}, scl_inter '
            f'{scale[1]:g}), which ids never are: save it without'
        )
    array = SimpleITK.GetArrayFromImage(image)
    if array.ndim > 2 and sum(length > 1 for length in array.shape) > 2:
        raise DataError(
            f'{name} is a volume of shape {array.shape}; a label map is one slice: save slices as '
            'pictures'
        )
    return stored_array(array.squeeze(), name)
