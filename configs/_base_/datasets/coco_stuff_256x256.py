# COCO-Stuff, 256 x 256: 182 ids + unknown + instance boundary. 5000 validation layouts; the 171 of
# 182 ids that occur are scored.
_base_ = './photos_crop_256x256.py'
train_files, val_files = (
    dict(
        labels='coco_stuff',
        data_root='{{$ECGAN_DATA_DIR:data}}/coco_stuff',
        img_dir=f'{split}_img',
        label_dir=f'{split}_label',
        instance_dir=f'{split}_inst',
    )
    for split in ('train', 'val')
)
load, boundary = dict(type='LoadInstanceMap'), dict(type='InstanceBoundary')
train_steps = _base_.train_dataloader.dataset.pipeline
test_steps = _base_.val_dataloader.dataset.pipeline
train_dataloader = dict(
    dataset=dict(
        **train_files,
        # The instance map is loaded behind the label map; its boundary is found at the final size.
        pipeline=[*train_steps[:2], load, *train_steps[2:-1], boundary, train_steps[-1]],
    )
)
val_dataloader = dict(
    dataset=dict(
        **val_files,
        pipeline=[*test_steps[:2], load, *test_steps[2:-1], boundary, test_steps[-1]],
    )
)
test_dataloader = val_dataloader
# checkpoint=None: the model zoo's
judge = dict(config='deeplabv3_r101-d8_4xb4-320k_coco-stuff164k-512x512', checkpoint=None)
fidelity = dict(type='SegmentationFidelity', label_mapping='coco_stuff', segmentor=judge)
val_evaluator = dict(metrics=[fidelity, *_base_.val_evaluator.metrics])
test_evaluator = dict(metrics=[fidelity, *_base_.test_evaluator.metrics])
del train_files, val_files, load, boundary, train_steps, test_steps, judge, fidelity
