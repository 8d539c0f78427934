# The papers' ladder (docs/results_scenes.md): each step is the one below it and a part more.
one_scale = dict(_delete_=True, type='PixelContrastLoss', loss_weight=1.0)
b5 = dict(contrast_loss=None, class_pixel_loss=None)
b4 = dict(**b5, label_generator=None, similarity_loss=None)
b3 = dict(semantic_module=None)
b2 = dict(**b3, edge_transfer=None)
b1 = dict(**b2, edge_generator=None)
variants = dict(
    b1=dict(model=dict(**b4, generator=b1)),  # trunk and image generator
    b2=dict(model=dict(**b4, generator=b2)),  # + edge generator
    b3=dict(model=dict(**b4, generator=b3)),  # + attention guided edge transfer
    b4=dict(model=b4),  # + semantic preserving module
    b5=dict(model=b5),  # + label generator and similarity loss
    b6=dict(model=dict(contrast_loss=one_scale)),  # + pixel contrast, class-specific pixel loss
    b7=dict(),  # + contrast of several scales: everything, the recipe as it is
)
del one_scale, b5, b4, b3, b2, b1
