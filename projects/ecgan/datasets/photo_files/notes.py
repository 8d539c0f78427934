"""What has to be said about a file: words that follow "the photo has"."""

import io

from PIL import ImageCms

#: Red, green and blue of sRGB as a profile has them (XYZ of D50), IEC 61966-2-1 by ICC.
_SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7139))
#: Profiles of sRGB differ in the third digit.
_CLOSE = 0.01

CMYK_NOTE = 'CMYK, turned to RGB without a colour profile'


def first_of(count: int) -> str:
    """Say so where a file holds several pictures; '' otherwise."""
    return f'several pictures in the file ({count}), of which the first is read' * (count > 1)


def profile_note(profile: bytes) -> str:
    """Say so where an embedded ICC profile has other primaries than sRGB; '' otherwise."""
    if not profile:
        return ''
    try:
        read = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile
        primaries = (read.red_colorant, read.green_colorant, read.blue_colorant)
        name = (read.profile_description or '').strip()
    except (OSError, ImageCms.PyCMSError, ImportError):
        return ''  # broken, or Pillow was built without colour management
    if None in primaries:
        return ''  # of grey or CMYK
    far = any(
        abs(value - right) > _CLOSE
        for (values, _), rights in zip(primaries, _SRGB)
        for value, right in zip(values, rights)
    )
    return f'colours of the profile "{name or "without a name"}", read as sRGB' if far else ''
