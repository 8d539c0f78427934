# One GPU in place of eight, layouts of 256 x 256: fewer at a time, and 32 an update all the same.
# At most 4.5 GB and 15.4 GB by the arithmetic of docs/train.md; no GPU was measured.
variants = {
    name: dict(
        what=f'one GPU of {name[:-2]} GB',
        model=dict(
            generator=dict(base_channels=width, trunk=dict(recompute=['up_2', 'up_3'])),
            discriminator=dict(base_channels=width),
            label_generator=dict(base_channels=width),
        ),
        train_dataloader=dict(batch_size=batch),
        # A GPU without bfloat16 takes --amp, which is float16 there.
        optim_wrapper={
            network: dict(type='Bfloat16OptimWrapper', accumulative_counts=32 // batch)
            for network in ('generator', 'discriminator')
        },
        # A multiple of what is accumulated: a resumed run has lost no gradient.
        default_hooks=dict(checkpoint=dict(interval=150 * 32)),
    )
    for name, width, batch in (('8gb', 32, 2), ('24gb', 64, 4))
}
