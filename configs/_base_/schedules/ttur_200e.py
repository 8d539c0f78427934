_base_ = './ttur.py'
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=200, val_interval=10)
param_scheduler = dict(by_epoch=True, convert_to_iter_based=True, begin=200 // 2, end=200)
auto_scale_lr = dict(base_batch_size=8 * 4)  # for --auto-scale-lr
