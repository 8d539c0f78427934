# Made pictures of CamVid's label maps, and what segmentors learn of them by. A recipe takes it by
# _base_.pop('camvid_made'), and gives the pictures the pipeline of its photos.
camvid_made = dict(
    pictures=dict(
        type='LayoutImageDataset',
        labels='camvid',
        data_root='{{$ECGAN_DATA_DIR:data}}/made',
        img_dir='images',
        label_dir='labels',
        img_suffix='.png',
        ann_file='list.txt',
    ),
    losses=[
        dict(
            type='CrossEntropyLoss',
            avg_non_ignore=True,
            # By area, from sky to bicyclist: without, signs and people are not found in so few
            # updates.
            class_weight=[0.57, 0.36, 3.2, 0.35, 1.4, 1.1, 3.1, 2.9, 1.2, 3.4, 3.9],
        ),
        dict(type='LovaszLoss', reduction='none'),
    ],
)
