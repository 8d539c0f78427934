# A handful of COCO-Stuff photos (13 for training, 4 for validation), to try the full size.
_base_ = './coco_stuff_256x256.py'
few = dict(
    batch_size=1,
    num_workers=1,
    dataset=dict(data_root='{{$ECGAN_DATA_DIR:data}}/coco_stuff_sample'),
)
train_dataloader = few
val_dataloader = few
test_dataloader = few
del few
