"""The look at data sets whose trees are known: pairs, ids and splits are found by themselves."""

import pytest
from dataset_trees import COUNT, WRITERS

from projects.ecgan.preparation import survey

# Folder below the data, kinds of files, highest id that the trees have.
KNOWN = {
    'cityscapes': ('cityscapes', {'photo', 'label'}, 33),
    'ade20k': ('ADEChallengeData2016', {'photo', 'label'}, 150),
    'coco-stuff': ('coco_stuff', {'photo', 'label', 'instance'}, 181),
    'camvid': ('camvid', {'photo', 'label'}, 11),
}


@pytest.mark.parametrize('name', KNOWN)
def test_every_pair_of_a_known_data_set_is_found(name, tmp_path):
    folder, kinds, highest = KNOWN[name]
    WRITERS[name](tmp_path)
    found = survey([tmp_path / folder])
    assert len(found.good) == len(found.looks) == 2 * COUNT, found.findings
    assert kinds <= set(found.pairing.ends)
    train, held_out, how = found.split()
    assert len(train) == len(held_out) == COUNT and how.startswith('folders named train and')
    ids = {value for look in found.looks for value in look.label.values}
    # Not the colours that lie beside Cityscapes' ids.
    assert {look.label.form.kind for look in found.looks} == {'grey'}
    assert ids <= {*range(highest + 1), 255}
    if name == 'cityscapes':
        assert found.pairing.ends['label'] == '_gtFine_labelIds'
