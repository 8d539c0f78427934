# The papers' ladder (docs/results.md): each step is the one below it and a part more.
one_scale = dict(type='PixelContrastLoss')
b5 = dict(contrast_loss=None, class_pixel_loss=None)
b4 = dict(**b5, label_generator=None, similarity_loss=None)
b3 = dict(semantic_module=None)
b2 = dict(**b3, edge_transfer=None)
b1 = dict(**b2, edge_generator=None)
variants = dict(
    b1=dict(what='trunk and image generator alone', model=dict(**b4, generator=b1)),
    b2=dict(what='b1 with the edge generator', model=dict(**b4, generator=b2)),
    b3=dict(what='b2 with attention guided edge transfer', model=dict(**b4, generator=b3)),
    b4=dict(what='b3 with the semantic preserving module', model=b4),
    b5=dict(what='b4 with label generator and similarity loss', model=b5),
    b6=dict(
        what='b5 with pixel contrast and class-specific pixel loss',
        model=dict(contrast_loss=one_scale),
    ),
    b7=dict(what='b6 with contrast of several scales: the recipe as it is'),
)
del one_scale, b5, b4, b3, b2, b1
