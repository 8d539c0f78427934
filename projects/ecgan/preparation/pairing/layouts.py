"""What names of folders and ends of file names say: the one table of data sets' and tools' layouts.

A name is read as its words: ``SegmentationClassPNG`` is ``segmentation class png``, ``image_2`` is
``image 2``. The first row of :data:`NAMES` with a word of the name says what lies there. A new tool
is a new row or a new word, and an example in ``tests/test_preparation/test_layouts.py``.
"""

import re
from functools import cache
from typing import NamedTuple

#: Names of the parts of a data set, by their words.
SPLIT_NAMES = {
    'train': ('train', 'training', 'trn', 'tr'),
    'val': ('val', 'valid', 'validation', 'va'),
    'test': ('test', 'testing', 'ts'),
}
_SPLIT_OF = {name: split for split, names in SPLIT_NAMES.items() for name in names}


class Row(NamedTuple):
    """What a word says.

    Attributes:
        kind: 'photo', 'label', 'instance' (numbers of objects), 'panoptic' (numbers of segments),
            'edge', or 'other': no part of a sample.
        rank: Of several label maps (or photos) that fit, those of the lowest rank are right most
            often.
        words: Regular expression of the words, in lower case with blanks between.
        example: Names by which folders or ends are called so, and who calls them so.
    """

    kind: str
    rank: int
    words: str
    example: str


_LABEL_WORD = (
    r'(?:labels?|semantics?|seg|segmentations?|masks?|gt|annotations?|class|classes|watershed)'
)
_COLOUR_WORD = r'(?:colou?rs?|colou?red|colou?rmaps?|colou?rized|rgb)'
#: Colours of classes, where a name or the folder above says that it is about label maps.
COLOURED_LABELS = Row(
    'label', 90, _COLOUR_WORD, 'GT/COLOR (SYNTHIA); sem_seg/colormaps (BDD100K); _color'
)
#: The first row that fits decides.
NAMES = (
    Row('label', 10, r'label maps?$', 'label_maps; SET_instances_label_maps (drawn here)'),
    Row('other', 0, r'overlays?|vis|visuali[sz]ations?|viz|previews?|blend|blended|thumbnails?'
        r'|montages?', 'SegmentationClassVisualization (labelme); vis (mmsegmentation)'),
    Row('other', 0, r'masks? human', 'masks_human (Supervisely)'),
    Row('other', 0, r'depth|disparity|normals|flows?|right img8bit|velodyne|lidar',
        'Depth (SYNTHIA, CARLA); disparity (Cityscapes)'),
    Row('other', 0, r'parts(?: \d+)?|superpixels?|fov|heatmaps?|bbox|bboxes|keypoints',
        '_parts_1 (ADE20K); _superpixels (ISIC)'),
    Row('panoptic', 0, r'panoptic|pan seg', 'panoptic_train2017 (COCO); pan_seg (BDD100K)'),
    Row('label', 0, r'label ground truth semantic', '_label_ground-truth_semantic (Segments.ai)'),
    Row('instance', 0, r'instance\w*|insts?|ins seg|objects?|label ground truth$',
        'SegmentationObject (VOC); _instanceIds (Cityscapes); masks_instances (Supervisely); '
        '_label_ground-truth (Segments.ai)'),
    Row('edge', 0, r'edges?|boundary|boundaries|contours?', 'edges; _edge'),
    COLOURED_LABELS._replace(
        words=rf'{_LABEL_WORD} (?:\w+ )*?{_COLOUR_WORD}|{_COLOUR_WORD} {_LABEL_WORD}',
        example='semantic_rgb (KITTI); _gtFine_color (Cityscapes); _color_mask '
        '(PixelAnnotationTool); SegmentationClass_colored',
    ),
    Row('label', 80, r'2nd(?: (?:manual|ho))?$|gt coarse',
        '2nd_manual (DRIVE); gtCoarse (Cityscapes)'),
    Row('label', 70, r'train ids?|trainids?', '_labelTrainIds (Cityscapes)'),
    Row('label', 0, r'semantics?|sem|semseg|label ?ids?|class ?ids?|segmentation class|watershed'
        r'|masks? machine|1st (?:manual|ho)|manual ?1',
        'SegmentationClass (VOC); semantic (KITTI); _labelIds (Cityscapes); masks_machine '
        '(Supervisely); _watershed_mask (PixelAnnotationTool); 1st_manual (DRIVE)'),
    Row('label', 10, r'labels?|labell?ed approved|lbls?',
        'labels; LabeledApproved_full (CamVid); labelsTr (nnU-Net)'),
    Row('label', 20, r'gt|ground ?truths?|gt fine|truth', 'gtFine (Cityscapes); GT (SYNTHIA)'),
    Row('label', 25, r'segmentations?|segs?|segmaps?|stuffthingmaps|cls',
        'stuffthingmaps (COCO-Stuff); cls (SBD)'),
    Row('label', 30, r'masks?|bitmasks?', 'masks (FiftyOne, Ultralytics, datumaro); _mask '
        '(Roboflow)'),
    Row('label', 35, r'annotations?|annot|\w+annot|anns?|annos?', 'annotations (ADE20K); ann_dir '
        '(mmsegmentation); trainannot, defaultannot (SegNet, CVAT)'),
    Row('label', 40, r'maps|targets?', 'maps; target'),
    Row('photo', 0, r'images?|imgs?|photos?|pictures?|left img8bit|jpeg images?',
        'images; JPEGImages (VOC); leftImg8bit (Cityscapes); image_2 (KITTI); img (Supervisely)'),
    Row('photo', 10, r'rgb|frames?|raw|originals?|inputs?|stills', 'RGB (SYNTHIA); '
        '701_StillsRaw_full (CamVid)'),
    Row('photo', 20, r'^data$', 'data (FiftyOne)'),
)  # fmt: skip
#: What photos' names may end with before the suffix; '_0000' is nnU-Net's first channel, '/img' is
#: of a folder for each photo (labelme).
PHOTO_ENDS = (
    '', '_leftImg8bit', '_photo', '_image', '_img', '_rgb', '_RGB', '_training', '_test', '_sat',
    '_IRRG', '_0000', '/img', '/image',
)  # fmt: skip


@cache
def words_of(name: str) -> str:
    """The words of a name in lower case, with blanks between."""
    split = re.sub(r'(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])', ' ', name)
    return ' '.join(re.findall(r'\w+', split.replace('_', ' ').lower()))


def _row(words: str) -> Row | None:
    return next((row for row in NAMES if re.search(rf'(?<!\S)(?:{row.words})(?!\S)', words)), None)


def split_of_folder(name: str) -> tuple[str, str]:
    """The split that a folder's name tells, '' for none, and the other words of the name.

    ``train2017``, ``train_img``, ``images-val`` and ``imagesTr`` tell one; so does ``trainannot``.
    """
    words = words_of(name).split()
    joined = re.fullmatch(r'(\w+?)(annot|\d{4})', words[0] if len(words) == 1 else '')
    if joined and joined[1] in _SPLIT_OF:
        return _SPLIT_OF[joined[1]], joined[2] if joined[2] == 'annot' else ''
    for place in (0, -1):
        if words and (word := re.sub(r'\d{4}$', '', words[place])) in _SPLIT_OF:
            rest = words[1:] if place == 0 else words[:-1]
            # 'tr' and the like stand for a split only behind another word.
            if len(word) > 3 or word == 'val' or (rest and place):
                return _SPLIT_OF[word], ' '.join(rest)
    return '', ' '.join(words)


@cache
def folder_row(name: str, above: str = '') -> Row | None:
    """What a folder holds by its name.

    Args:
        name: Its name.
        above: Kind of the folder that it lies in, '' for none.
    """
    _, words = split_of_folder(name)
    if above == 'label' and re.fullmatch(_COLOUR_WORD, words):
        return COLOURED_LABELS
    return _row(words)


@cache
def end_row(end: str) -> Row:
    """What files are whose names go on so behind the name of a photo.

    An end that says nothing ('', '-classes') is that of label maps.
    """
    words = words_of(end)
    if re.search(rf'(?<!\S){_COLOUR_WORD}(?!\S)', words):
        row = _row(words)
        return row if row and row.kind in ('other', 'instance', 'panoptic') else COLOURED_LABELS
    row = _row(words)
    if row is None or row.kind == 'photo':
        return Row('label', 50 if end else 45, '', end)
    return row


# Words of ends that say nothing alone: '_gtFine_labelTrainIds', '_parts_1', '_label_ground-truth'.
_FILLERS = frozenset(
    ('fine', 'ids', 'id', 'train', 'ground', 'truth', 'map', 'maps', 'png', '1st', '2nd', 'ho')
)


def split_end(stem: str) -> tuple[str, str]:
    """A file's name without suffix as base and end, where its last words are known ones.

    What is known of an end where there is no photo to compare names with: ``ulm_0_gtFine_color`` is
    ``ulm_0`` and ``_gtFine_color``, ``street_12`` has no end.
    """
    folder, slash, name = stem.rpartition('/')
    pieces = re.split(r'(?=[-_. ])', name)
    first = len(pieces)
    while first > 1 and _is_known(''.join(pieces[first - 1 :])):
        first -= 1
    # A number or a filler does not begin an end.
    while (
        first < len(pieces)
        and _row(words_of(pieces[first])) is None
        and not re.fullmatch(_COLOUR_WORD, words_of(pieces[first]))
    ):
        first += 1
    return f'{folder}{slash}{"".join(pieces[:first])}', ''.join(pieces[first:])


def _is_known(end: str) -> bool:
    """Whether the first of the words of an end is a known one, alone or with the next ones."""
    words = words_of(re.split(r'(?<=.)(?=[-_. ])', end)[0]).split()
    known = re.compile(rf'\d|{_COLOUR_WORD}')
    return all(w in _FILLERS or known.fullmatch(w) or _row(w) for w in words) or bool(
        _row(' '.join(words))
    )


def has_word_of(kind: str, name: str) -> bool:
    """Whether a name has a word of a kind, also where another word decides."""
    words = split_of_folder(name)[1]
    return any(
        row.kind == kind and re.search(rf'(?<!\S)(?:{row.words})(?!\S)', words) for row in NAMES
    )
