# ADE20K (ADEChallengeData2016), 256 x 256: 150 classes + unknown.
_base_ = './photos_crop_256x256.py'
layout = dict(num_classes=150, with_unknown=True, with_boundary=False)
# In the files 0 means unknown and the classes start at 1.
files = dict(
    labels='ade20k',
    reduce_zero_label=True,
    data_root='{{$ECGAN_DATA_DIR:data}}/ADEChallengeData2016',
)
train_dataloader = dict(
    dataset=dict(**files, img_dir='images/training', label_dir='annotations/training')
)
val_dataloader = dict(
    dataset=dict(**files, img_dir='images/validation', label_dir='annotations/validation')
)
test_dataloader = val_dataloader
del files
