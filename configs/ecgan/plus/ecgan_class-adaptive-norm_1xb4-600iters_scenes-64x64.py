# Scale and shift by class, a table lookup, in the place of the SPADE norms' convolutions.
_base_ = '../ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(generator=dict(trunk=dict(modulation=dict(type='ClassAdaptiveNorm'))))
