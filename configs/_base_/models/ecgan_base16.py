# ECGAN for short trainings on a CPU: width 16, no weights to fetch.
_base_ = './ecgan.py'
model = dict(
    # Not the papers' gain of 0.02, from which so short a training takes long to get away.
    generator=dict(base_channels=16, init_gain=1.0),
    discriminator=dict(base_channels=16, init_gain=1.0),
    label_generator=dict(base_channels=16, init_gain=1.0),
    # At the papers' 10 it outweighs the adversarial loss a hundredfold in short trainings
    # (docs/results.md#parts-beyond-the-papers).
    feature_matching_loss=dict(loss_weight=3.0),
    perceptual_loss=None,
    # A quarter of the papers' samples is as good here and saves a seventh of an update.
    contrast_loss=dict(max_samples=256, max_samples_per_class=24),
    # In short trainings the moving average sees the last hundred iterations or so.
    ema_config=dict(momentum=1e-2),
)
