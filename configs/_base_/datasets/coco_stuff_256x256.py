# COCO-Stuff, 256 x 256: 182 ids + unknown + instance boundary.
_base_ = './photos_crop_256x256.py'
layout = dict(num_classes=182, with_unknown=True, with_boundary=True)
files = dict(labels='coco_stuff', data_root='{{$ECGAN_DATA_DIR:data}}/coco_stuff')
load, boundary = dict(type='LoadInstanceMap'), dict(type='InstanceBoundary')
train_steps = _base_.train_dataloader.dataset.pipeline
test_steps = _base_.val_dataloader.dataset.pipeline
train_dataloader = dict(
    dataset=dict(
        **files,
        img_dir='train_img',
        label_dir='train_label',
        instance_dir='train_inst',
        # The instance map is loaded behind the label map; its boundary is found at the final size.
        pipeline=[*train_steps[:2], load, *train_steps[2:-1], boundary, train_steps[-1]],
    )
)
val_dataloader = dict(
    dataset=dict(
        **files,
        img_dir='val_img',
        label_dir='val_label',
        instance_dir='val_inst',
        pipeline=[*test_steps[:2], load, *test_steps[2:-1], boundary, test_steps[-1]],
    )
)
test_dataloader = val_dataloader
del files, load, boundary, train_steps, test_steps
