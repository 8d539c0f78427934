_base_ = './ttur.py'
train_cfg = dict(type='IterBasedTrainLoop', max_iters=400, val_interval=400)
param_scheduler = dict(begin=400 // 2, end=400)
