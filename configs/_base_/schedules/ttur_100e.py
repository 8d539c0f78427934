_base_ = './ttur.py'
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=100, val_interval=10)
param_scheduler = dict(by_epoch=True, convert_to_iter_based=True, begin=100 // 2, end=100)
auto_scale_lr = dict(base_batch_size=8 * 4)  # for --auto-scale-lr
