"""Medical formats (NIfTI, NRRD, MetaImage) as label maps, where SimpleITK is installed."""

from pathlib import Path

from ...errors import DataError
from .arrays import stored_array
from .stored import StoredMap

#: Ends of the names of such files.
VOLUME_SUFFIXES = ('.nii', '.nii.gz', '.nrrd', '.mha')


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
    array = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))
    if array.ndim > 2 and sum(length > 1 for length in array.shape) > 2:
        raise DataError(
            f'{name} is a volume of shape {array.shape}; a label map is one slice: save slices as '
            'pictures'
        )
    return stored_array(array.squeeze(), name)
