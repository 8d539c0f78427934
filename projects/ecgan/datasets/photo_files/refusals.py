"""What a file is that cannot be read as a photo, and what to do about it."""

_CONVERT = 'write it as PNG or JPEG first'
RAW = 'a raw picture of a camera, which has to be developed: write it as 16-bit TIFF or PNG'
_HEIC = f'a HEIC picture: {_CONVERT} (phones do with the setting "most compatible")'

#: First bytes of a file (where they begin, what they are) and what it is then.
_SIGNS = (
    (0, b'\0\0\0\x0cJXL ', f'a JPEG XL picture: {_CONVERT}'),
    (0, b'\xff\x0a', f'a JPEG XL picture: {_CONVERT}'),
    (0, b'\0\0\0\x0cjP  ', f'a JPEG 2000 picture: {_CONVERT}'),
    (0, b'\xff\x4f\xff\x51', f'a JPEG 2000 picture: {_CONVERT}'),
    (4, b'ftypcrx ', RAW),
    (4, b'ftypavi', f'an AVIF picture: {_CONVERT}'),
    *((4, b'ftyp' + brand, _HEIC) for brand in (b'he', b'mif1', b'msf1')),
    (0, b'FUJIFILMCCD-RAW', RAW),
    (0, b'IIU\0', RAW),
    (0, b'IIRO', RAW),
    (0, b'IIRS', RAW),
    (0, b'v/1\x01', 'an OpenEXR picture: tone-map it and write it as PNG'),
    (0, b'#?R', 'a Radiance HDR picture: tone-map it and write it as PNG'),
    (0, b'8BPS', f'a Photoshop file: {_CONVERT}'),
    (0, b'%PDF', f'a PDF: {_CONVERT}'),
    (0, b'\x93NUMPY', f'a NumPy array: {_CONVERT}'),
    (0, b'version https://git-lfs', 'a pointer of Git LFS: fetch the file with "git lfs pull"'),
    (0, b'<?xml', 'no picture, but a text (XML, SVG)'),
    (0, b'<svg', f'a drawing (SVG): {_CONVERT}'),
    (0, b'<!DOCTYPE', 'no picture, but a page of the web: fetch it anew'),
    (0, b'<html', 'no picture, but a page of the web: fetch it anew'),
    (0, b'\xff\xd8\xff', f'a JPEG that is broken or of an unusual kind: {_CONVERT}'),
    (0, b'\x89PNG', f'a PNG that is broken: {_CONVERT}'),
)
#: Bytes of a file that tell what it is.
HEAD = 32


def refused_kind(head: bytes) -> str:
    """What a file is that is refused, with what to do; '' where its first bytes do not tell."""
    return next((kind for at, sign, kind in _SIGNS if head[at : at + len(sign)] == sign), '')


def not_read(name: str, kind: str) -> str:
    """The sentence that a file of a kind is not read."""
    return f'cannot read {name}: it is {kind}'


def other_format(description: str) -> str:
    """A kind of picture that libraries here may know, but that is no form for photos."""
    return f'a picture of the format "{description}": {_CONVERT}'
