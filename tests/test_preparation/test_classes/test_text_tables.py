"""Tables of classes as text: what tools and people write, and what must come out."""

import pytest

from projects.ecgan.errors import DataError
from projects.ecgan.preparation import read_classes

GREY, BLUE = (128, 128, 128), (64, 0, 128)
BARE = [(0, 'sky', None), (1, 'car', None)]
FULL = [(0, 'sky', GREY), (1, 'car', BLUE)]
TABLES = {
    # Lines.
    'ids behind.txt': ('sky 0\npolice car 1\n', [(0, 'sky', None), (1, 'police car', None)]),
    'numbers in names.txt': (
        '0 ground\n1 lane 1\n2 lane 2',
        [(0, 'ground', None), (1, 'lane 1', None), (2, 'lane 2', None)],
    ),
    'quotes.txt': ('"lane 1"\n"lane 2"', [(0, 'lane 1', None), (1, 'lane 2', None)]),
    'numbers of names.txt': ('lane 1\nlane 2', [(0, 'lane 1', None), (1, 'lane 2', None)]),
    'single quotes.txt': ("'sky'\n'car'", BARE),
    'glued.txt': ('sky 128,128,128\ncar 64,0,128', FULL),
    'glued with ids.txt': ('0 sky 128,128,128\n1 car 64, 0, 128', FULL),
    'glued first.txt': ('128,128,128 sky\n64,0,128 car', FULL),
    'ids last.txt': ('sky 128 128 128 0\ncar 64 0 128 1', FULL),
    'ids second.txt': ('sky 0 128 128 128\ncar 1 64 0 128', FULL),
    'opaque.txt': ('sky 128 128 128 255\ncar 64 0 128 255', FULL),
    'hash.txt': ('lane #1\nlane #2 # left\n', [(0, 'lane #1', None), (1, 'lane #2', None)]),
    'hex.txt': ('0 sky #808080\n1 car #400080\n', FULL),
    'hex first.txt': ('#808080 sky\n#400080 car\n', FULL),
    'brackets.txt': ('0 sky (128, 128, 128)\n1 car [64,0,128]\n', FULL),
    'alpha.txt': ('0 sky 128 128 128 255\n1 car 64 0 128 255\n', FULL),
    'ids and colours first.txt': ('0 128 128 128 sky\n1 64 0 128 car', FULL),
    'alpha without ids.txt': (
        'air 128 128 128 255\nsky 128 128 128 255\ncar 64 0 128 255',
        [(0, 'air', GREY), (1, 'sky', GREY), (2, 'car', BLUE)],
    ),
    'floats.txt': ('sky 0.5 0.5 0.5\ncar 0.25 0 1', [(0, 'sky', GREY), (1, 'car', (64, 0, 255))]),
    'some colours.txt': ('0 sky 128 128 128\n1 car', [(0, 'sky', GREY), (1, 'car', None)]),
    'titles.txt': (
        'id name r g b\n0 sky 128 128 128\n1 police car 64 0 128',
        [(0, 'sky', GREY), (1, 'police car', BLUE)],
    ),
    'titles in a comment.txt': ('# name id\nsky 0\ncar 1\n', BARE),
    'one title.txt': ('name\nsky\ncar\n', BARE),
    'one title.csv': ('"class name"\nsky\ncar\n', BARE),
    'synonyms.txt': (
        'wall\nbuilding, edifice\n',
        [(0, 'wall', None), (1, 'building, edifice', None)],
    ),
    'mac.txt': ('sky\rcar\r', BARE),
    'numbers.txt': (
        '1 sky\n300 car\n70000 bus',
        [(1, 'sky', None), (300, 'car', None), (70000, 'bus', None)],
    ),
    # Colons.
    'pascal_context.txt': (
        '1: sky\n2: air conditioner\n',
        [(1, 'sky', None), (2, 'air conditioner', None)],
    ),
    'names and ids.txt': ('sky: 0\ncar = 1\n', BARE),
    'names and colours.txt': ('sky: 128, 128, 128\ncar: #400080', FULL),
    'ids and colours.txt': ('0: sky 128,128,128\n1: car, 64 0 128', FULL),
    'ids and brackets.txt': ('0: sky (128,128,128)\n1: car (64,0,128)', FULL),
    'numbered.txt': ('0) sky\n1) car', BARE),
    'arrows.txt': ('0 -> sky\n1 -> car', BARE),
    # VOC and CVAT.
    'labelmap.txt': (
        '# label:color_rgb:parts:actions\nbackground:0,0,0::\nsky:128,128,128::\ncar:::\n',
        [(0, 'background', (0, 0, 0)), (1, 'sky', GREY), (2, 'car', None)],
    ),
    'parts.txt': (
        'person:192,128,128:head,hand:jumping\ncar:64,0,128::\n',
        [(0, 'person', (192, 128, 128)), (1, 'car', BLUE)],
    ),
    # labelme.
    'labels.txt': (
        '__ignore__\n_background_\nsky\n',
        [(-1, '__ignore__', None), (0, '_background_', None), (1, 'sky', None)],
    ),
    'minus one.txt': ('-1 licence plate\n0 sky\n1 car', [(-1, 'licence plate', None), *BARE]),
    # CamVid and datumaro.
    'label_colors.txt': (
        '128 128 128\t\tsky\n64 0 128\tpolice car\n',
        [(0, 'sky', GREY), (1, 'police car', BLUE)],
    ),
    'without background.txt': (' sky\n car\n', BARE),
    'some without colours.txt': (
        '128 128 128 sky\n road\n64 0 128 car\n',
        [(0, 'sky', GREY), (1, 'road', None), (2, 'car', BLUE)],
    ),
    # ADE20K: 0 is unknown.
    'objectInfo150.txt': (
        'Idx\tRatio\tTrain\tVal\tName\n'
        '1\t0.1576\t11664\t1172\twall\n2\t0.1072\t6046\t612\tbuilding, edifice\n',
        [(0, 'unlabelled', None), (1, 'wall', None), (2, 'building, edifice', None)],
    ),
    'objectInfo150.csv': (
        'Idx,Ratio,Train,Val,Stuff,Name\n1,0.1576,11664,1172,1,wall\n2,0.1072,6046,612,1,building;edifice\n',
        [(0, 'unlabelled', None), (1, 'wall', None), (2, 'building;edifice', None)],
    ),
    # Roboflow.
    '_classes.csv': ('Pixel Value, Class\n0, sky\n1, car\n', BARE),
    # CARLA's documentation.
    'carla.csv': (
        'Value,Tag,Converted color,Description\n'
        '0,Unlabeled,"(0, 0, 0)",none\n1,sky,"(128, 128, 128)","x, y"\n',
        [(0, 'Unlabeled', (0, 0, 0)), (1, 'sky', GREY)],
    ),
    # Cityscapes.
    'cityscapes.csv': (
        'name,id,trainId,category,catId,hasInstances,ignoreInEval,color\n'
        'unlabeled,0,255,void,0,False,True,"(0, 0, 0)"\n'
        'ego vehicle,1,255,void,0,False,True,"(0, 0, 0)"\n'
        'road,7,0,flat,1,False,False,"(128, 64, 128)"\n'
        'license plate,-1,-1,vehicle,7,False,True,"(0, 0, 142)"\n',
        [
            (-1, 'license plate', (0, 0, 142)),
            (0, 'unlabeled', (0, 0, 0)),
            (1, 'ego vehicle', (0, 0, 0)),
            (7, 'road', (128, 64, 128)),
        ],
    ),
    'train ids.csv': (
        'name,trainId,color\nstatic,255,"0,0,0"\ndynamic,255,"111,74,0"\nroad,0,"128,64,128"\n',
        [(-1, 'static', (0, 0, 0)), (-1, 'dynamic', (111, 74, 0)), (0, 'road', (128, 64, 128))],
    ),
    # CSV.
    'pixel_value.csv': ('pixel_value,class\n1,sky\n2,car\n', [(1, 'sky', None), (2, 'car', None)]),
    'class and label.csv': ('class,label\n1,sky\n2,car\n', [(1, 'sky', None), (2, 'car', None)]),
    'Label_ID.tsv': ('Label_ID\tLabel Name\tHex\n0\tsky\t#808080\n1\tcar\t400080\n', FULL),
    'rgb.csv': ('rgb,label\n128 128 128,sky\n64 0 128,car', FULL),
    'bracketed.csv': ('name,rgb\nsky,(128,128,128)\ncar,"[64, 0, 128]"', FULL),
    'semicolons.csv': ('R;G;B;Class;Idx\n64;0;128;car;1\n128;128;128;sky;0\n', FULL),
    'excel.csv': ('sep=;\r\nid;name\r\n0;sky\r\n1;car\r\n;\r\n', BARE),
    'empty cells.csv': (
        'id,name,r,g,b\n0,sky,,,\n1,car,64,0,128\n',
        [(0, 'sky', None), (1, 'car', BLUE)],
    ),
    'empty in the midst.csv': ('0,,sky,#808080\n1,,car,#400080\n', FULL),
    'quoted.csv': (
        'id,name\n0,"sky, clouds"\n1,"the ""car"""\n',
        [(0, 'sky, clouds', None), (1, 'the "car"', None)],
    ),
    'pandas.csv': (',name,r,g,b\n0,sky,128,128,128\n1,car,64,0,128\n', FULL),
    'pandas floats.csv': ('name,id\nsky,0.0\ncar,1.0\nvoid,\n', [(-1, 'void', None), *BARE]),
    'agreeing.csv': (
        'id,value,name,r,g,b,hex\n0,0,sky,128,128,128,#808080\n1,1,car,64,0,128,#400080',
        FULL,
    ),
    'named colours.csv': (
        'name,color\nsky,red\ncar,#400080',
        [(0, 'sky', (255, 0, 0)), (1, 'car', BLUE)],
    ),
    'names of colours.csv': ('id,name\n0,orange\n1,lime', [(0, 'orange', None), (1, 'lime', None)]),
    'untitled.csv': ('0,sky,"128,128,128"\n1,car,"64,0,128"', FULL),
    'class numbers.csv': ('0,class 0\n1,class 1', [(0, 'class 0', None), (1, 'class 1', None)]),
    'markdown.txt': ('| id | name |\n| 0 | sky |\n| 1 | car |', BARE),
    # Greys 1, 2 ... are ids: Supervisely's masks for machines.
    'machine.txt': ('sky 1 1 1\ncar 2 2 2', [(1, 'sky', None), (2, 'car', None)]),
    # Tables of colours.
    'qgis.txt': (
        '# QGIS Generated Color Map Export File\n'
        'INTERPOLATION:EXACT\n0,128,128,128,255,sky\n1,64,0,128,255,car\n',
        FULL,
    ),
    'esri.clr': ('1 128 128 128\n2 64 0 128\n', [(1, 'id 1', GREY), (2, 'id 2', BLUE)]),
    'gimp.gpl': (
        'GIMP Palette\nName: mine\nColumns: 2\n#\n128 128 128\tsky\n 64   0 128\tcar\n',
        FULL,
    ),
    'snap.txt': ('# ITK-SnAP\n 0 128 128 128 0 0 0 "sky"\n 1 64 0 128 1 1 1 "car"\n', FULL),
    'slicer.ctbl': ('# Color table\n0 sky 128 128 128 0\n1 car 64 0 128 255\n', FULL),
    'lut.txt': (
        '0   Unknown   0 0 0 0\n1   sky  128 128 128 0',
        [(0, 'Unknown', (0, 0, 0)), (1, 'sky', GREY)],
    ),
    'envi.hdr': (
        'ENVI\nclasses = 2\n'
        'class lookup = {128,128,128,\n 64, 0, 128}\nclass names = {\n sky, car}\nbands = 1\n',
        FULL,
    ),
    'map.pbtxt': (
        'item {\n id: 1\n name: \'sky\'\n}\nitem { name: "car" id: 2 }\n',
        [(1, 'sky', None), (2, 'car', None)],
    ),
}


@pytest.mark.parametrize('name', TABLES)
def test_tables(tmp_path, name):
    text, rows = TABLES[name]
    (tmp_path / name).write_text(text, encoding='utf-8', newline='')
    assert read_classes(tmp_path / name) == rows


REFUSED = {
    'two numbers': ('0 0 sky\n1 1 car', '2 columns of numbers beside the names'),
    'a number behind': ('0 sky 3\n1 car 4', '2 columns of numbers beside the names'),
    'mixed': ('sky\n1 car', "line 1: 'sky' begins with 0 numbers, another line with 1"),
    'some numbers behind': ('sky 0\ncar', "line 2: 'car' ends in 0 numbers, others in 1"),
    'two of three': ('sky 1 2 3\ncar 4 5', 'line 2: .* ends in 2 numbers'),
    'unclear alpha': ('0 0 0 255 sky\n1 0 0 255 car', 'irgb|id,r,g,b,name or r,g,b,alpha,name'),
    'texts': ('0,sky,air\n1,car,thing', '2 columns of text'),
    'unknown title': (
        'pixval,class\n3,sky\n1,car',
        "column 'pixval' of whole numbers is not understood",
    ),
    'unknown title beside ids': (
        'id,name,zone\n0,sky,3\n1,car,4',
        "column 'zone' of whole numbers .*leave it",
    ),
    'groups': ('id,name,group\n0,sky,3\n1,car,4', "column 'group' of whole numbers"),
    'train': ('id,name,train\n0,sky,1\n1,car,0', "column 'train' of whole numbers"),
    'unknown text': ('id,name,zone\n0,sky,north\n1,car,south', "column 'zone' is not understood"),
    'no title of names': (
        'nr,wort\n0,sky\n1,car',
        "no column is of names: call the one that is 'name'",
    ),
    'rival ids': ('id,value,name\n0,1,sky\n1,2,car', "'id' and 'value' may both be the ids"),
    'rival names': (
        'id,name,label\n0,sky,air\n1,car,thing',
        "'name' and 'label' may both be the names",
    ),
    'rival train ids': (
        'name,trainId,catId\nsky,0,1\ncar,1,2',
        "'trainId' and 'catId' may both be",
    ),
    'rival colours': ('name,r,g,b,hex\nsky,1,2,3,#808080', 'line 2: two colours'),
    'no g': ('id,name,r,b\n0,sky,1,2', 'one column each of r, g and b'),
    'half a colour': ('id,name,r,g,b\n0,sky,1,2,\n1,car,1,2,3', 'line 2: 1 2  is no colour'),
    'id of text': ('id,name\n0,sky\nx,car', "line 3: 'id' is 'x', not a whole number"),
    'id of a fraction': ('id,name\n0,sky\n1.5,car', "'id' is '1.5', not a whole number"),
    'no id': ('id,name\n0,sky\n,car', 'line 3: car has no id, though others have'),
    'no name': ('id,name\n0,sky\n1,\n', 'line 3: a class has no name'),
    'cells': ('id,name\n0,sky, blue\n', r'line 2: 3 cells under 2 titles: put a name'),
    'colour': ('name,color\nsky,bluish\ncar,#400080', "line 2: 'bluish' is no colour"),
    'fractions': ('sky 0.5 0.5 0.5\ncar 128 0 0', 'not 0 to 255 or 0.0 to 1.0'),
    'names twice': ('0 sky\n1 sky', "ids 0 and 1 have the same name 'sky'"),
    'numbers': ('0\n1\n2', "line 1: '0' is none of"),
    'colours': ('0 0 0\n1 2 3', "line 1: '0 0 0' is none of"),
    'files': ('a/0001.png\na/0002.png', 'name of a file: this is a list of samples'),
    'an id among colours': ('sky: 0, 128 128 128\ncar: 1, 64 0 128', 'not understood'),
    'four without a title': ('sky: 0, 128, 128, 128\ncar: 1, 64, 0, 128', 'not understood'),
    'two in a line': ('0 sky; 1 car', "'0 sky; 1 car' is not understood"),
    'fraction of an id': ('0.5 sky\n1.5 car', "line 1: the id '0.5' is not a whole number"),
    'a long line of text': ('a' * 500 + '=', "line 1: '" + 'a' * 80 + "[.]{3}' is not understood"),
    'flags': (
        '0 1 2 3 4 5 6 sky\n1 2 3 4 5 6 7 car',
        'columns are not id,r,g,b,alpha,0 or 1,0 or 1',
    ),
    'half a colour without titles': ('0,sky,1,2,\n1,car,1,2,3', 'line 1: a channel of the colour'),
    'too few words': ('id name\n0 sky\n1', 'line 3: 1 words under 2 titles'),
    'samples': ('2007_000032\n2007_000039', 'looks like a list of samples'),
    'other digits': ('\u0660 sky\n\u0661 car', 'is not understood'),
    'hexadecimal': ('0x00 sky\n0x01 car', 'not understood'),
    'pairs': ('a.jpg a.png\nb.jpg b.png', 'name of a file'),
    'yolo in text': ('names:\n  0: sky\n  1: car', "'names:' is not understood"),
    'darknet data': ('classes = 2\ntrain = train.txt', 'not understood'),
    'markup': ('<html><body>sky</body></html>', 'in XML: it is no Label Studio'),
    'list': ('- sky\n- car', "'- sky' is not understood"),
    'half a labelmap': ('sky:128,128,128::\ncar', 'not understood'),
    'labelmap of words': ('sky:grey::', "'grey' is no colour"),
    'one line': ('sky, road, car', '3 columns of text'),
    'a title above ids': ('name\n0 sky\n1 car', "line 2: '0 sky' is not understood"),
    'unknown alone': ('__ignore__\nno-data', 'names no class'),
    'titles alone': ('id,name\n', 'names no class'),
    'too many colours': ('0 sky 1 2 3 4 5 6', 'columns of numbers'),
    'colour within a name': ('0 sky 1 2 3 grey', 'is not understood'),
}


@pytest.mark.parametrize('name', REFUSED)
@pytest.mark.parametrize('end', ['\n', '\r\n'])
def test_refused(tmp_path, name, end):
    text, sentence = REFUSED[name]
    (tmp_path / 'a.txt').write_text(text.replace('\n', end), newline='')
    with pytest.raises(DataError, match=sentence) as caught:
        read_classes(tmp_path / 'a.txt')
    assert str(caught.value).startswith(f'{tmp_path / "a.txt"}')
