# ADE20K (ADEChallengeData2016), 256 x 256: 150 classes + unknown. 2000 validation layouts, 150
# classes scored, unknown ignored.
_base_ = './photos_crop_256x256.py'
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
# checkpoint=None: the model zoo's
judge = dict(config='upernet_r101_4xb4-160k_ade20k-512x512', checkpoint=None)
fidelity = dict(type='SegmentationFidelity', label_mapping='ade20k', segmentor=judge)
val_evaluator = dict(metrics=[fidelity, *_base_.val_evaluator.metrics])
test_evaluator = dict(metrics=[fidelity, *_base_.test_evaluator.metrics])
del files, judge, fidelity
