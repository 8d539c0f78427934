"""Titles of columns and keys of objects, as :func:`~.values.key_of` writes them."""

#: Ids. Some hold names where there is no other column of names.
IDS = (
    'id', 'ids', 'index', 'idx', 'value', 'values', 'labelid', 'labelids', 'classid', 'classids',
    'pixelvalue', 'pixelvalues', 'pixel', 'pixelid', 'classindex', 'classidx', 'labelindex',
    'labelidx', 'labelvalue', 'classvalue', 'classnumber', 'classno', 'labelnumber',
    'categoryvalue', 'number', 'no', 'nr', 'num', '#', 'code', 'grayvalue', 'greyvalue', 'gray',
    'grey', 'graylevel', 'greylevel', 'maskvalue', 'maskid', 'inttarget', 'indices', 'dn', 'key',
)  # fmt: skip
#: Ids of another counting: used where there are no others.
OTHER_IDS = (
    'trainid', 'trainids', 'categoryid', 'catid', 'cstrainid', 'csid', 'level1id', 'level2id',
    'level3id', 'level4id', 'kittiid', 'evalid',
)  # fmt: skip
#: Names, the best first.
NAMES = (
    'name', 'names', 'classname', 'classnames', 'labelname', 'labelnames', 'categoryname', 'title',
    'class', 'classes', 'label', 'labels', 'tag', 'object', 'objectname', 'objectclass',
    'classlabel', 'category', 'categories', 'text', 'displayname', 'readable', 'value',
)  # fmt: skip
#: The channels of a colour.
CHANNELS = (
    ('r', 'red', 'colorr', 'colourr', 'rvalue', 'rcolor'),
    ('g', 'green', 'colorg', 'colourg', 'gvalue', 'gcolor'),
    ('b', 'blue', 'colorb', 'colourb', 'bvalue', 'bcolor'),
)
#: A colour in one cell. ``pixel_value`` is an id or a colour, as its cells say.
COLOURS = (
    'color', 'colour', 'colors', 'colours', 'rgb', 'rgba', 'rgbcolor', 'rgbcolour', 'colorrgb',
    'colourrgb', 'rgbvalue', 'rgbvalues', 'hex', 'hexcolor', 'hexcolour', 'hexcode', 'colorhex',
    'colourhex', 'colorcode', 'palette', 'convertedcolor', 'maskcolor', 'labelcolor', 'classcolor',
    'background', 'fill', 'pixelvalue', 'displaycolor', 'value',
)  # fmt: skip
#: What is written beside them and changes no id: text, marks and fractions.
HARMLESS = frozenset((
    # Groups and readings of a name.
    'category', 'categories', 'supercategory', 'supercategories', 'superclass', 'parent', 'group',
    'groups', 'readable', 'displayname', 'displaylabel', 'alias', 'aliases', 'synonym', 'synonyms',
    'description', 'descriptions', 'definition', 'comment', 'comments', 'note', 'notes', 'def',
    'synset', 'wordnet', 'wnid', 'shortname', 'abbreviation', 'freebaseid',
    # What is evaluated, counted, drawn.
    'thing', 'evaluate', 'ratio', 'frequency', 'share', 'percent', 'percentage', 'visible',
    'visibility', 'shape', 'type', 'keypoints', 'keypointcolors', 'skeleton', 'sublabels',
    'elements', 'svg', 'geometryconfig', 'geometry', 'settings', 'isbackground',
    # What annotation tools write for themselves.
    'attributes', 'attributegroups', 'metadata', 'meta', 'uuid', 'url', 'slug', 'uri', 'tool',
    'featureschemaid', 'schemanodeid', 'required', 'classifications', 'tags', 'granularity',
    'linkattributes', 'parts', 'actions',
))  # fmt: skip
#: The same where it may be whole numbers: marks of 0 and 1, counts, times, keys of a keyboard.
HARMLESS_NUMBERS = frozenset((
    'isthing', 'isstuff', 'stuff', 'hasinstances', 'instances', 'ignoreineval', 'frequency', 'freq',
    'count', 'counts', 'pixels', 'pixelcount', 'numpixels', 'imagecount', 'instancecount',
    'samples', 'weight', 'weights', 'a', 'alpha', 'opacity', 'hotkey', 'createdat', 'updatedat',
    'projectid', 'taskid', 'archived', 'maxdistance',
))  # fmt: skip
#: Marks, true or false, of classes that benchmarks leave out.
LEFT_OUT = {'ignoreineval': True, 'evaluate': False}
#: Keys of objects whose ids are those of a server, not of pixels; all of a row are there.
SERVERS = {
    ('attributes', 'type'): 'CVAT',
    ('attributes', 'sublabels'): 'CVAT',
    ('title', 'shape'): 'Supervisely',
    ('attributegroups',): 'SuperAnnotate',
    ('featureschemaid',): 'Labelbox',
}
#: ADE20K's list, whose Train and Val count pictures: 0 is unknown, though it does not say so.
ADE20K = ('idx', 'ratio', 'train', 'val')
