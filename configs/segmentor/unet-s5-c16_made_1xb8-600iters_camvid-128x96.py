# UNet on photos of two drives of CamVid's train and on made pictures of their label maps.
_base_ = [
    './unet-s5-c16_1xb8-3000iters_camvid-128x96.py',
    '../_base_/parts/camvid_made.py',
    '../_base_/variants/made_pictures.py',
]
shared, camvid = _base_.pop('made_training'), _base_.pop('camvid_made')
model = dict(decode_head=dict(loss_decode=camvid.losses))
photos = _base_.train_dataloader.dataset
made = dict(**camvid.pictures, pipeline=photos.pipeline)
train_dataloader = dict(
    sampler=shared.sampler,
    dataset=dict(_delete_=True, type='ConcatDataset', datasets=[photos, made]),
)
test_evaluator = shared.test_evaluator
param_scheduler = shared.param_scheduler
train_cfg = shared.train_cfg
del shared, camvid, photos, made
