"""The id of pixels of which nobody says what they are: never that of a class."""

from ...errors import ConfigError

#: Id of unknown pixels, as in the maps of Cityscapes, ADE20K, COCO-Stuff and mmsegmentation.
UNKNOWN = 255
#: The same where 255 is a class: the last number that a picture of 16 bits holds.
UNKNOWN_OF_MANY = 65535


def unknown_id(num_classes: int | None) -> int:
    """Id of unknown pixels in layouts of so many classes.

    Args:
        num_classes: Number of classes, ids 0 to ``num_classes - 1``; None: not known, few.

    Returns:
        255, or 65535 with more than 255 classes.

    Raises:
        ConfigError: There are more classes than ids below 65535.
    """
    if num_classes is None or num_classes <= UNKNOWN:
        return UNKNOWN
    if num_classes > UNKNOWN_OF_MANY:
        raise ConfigError(f'{num_classes} classes: there can be at most {UNKNOWN_OF_MANY}')
    return UNKNOWN_OF_MANY
