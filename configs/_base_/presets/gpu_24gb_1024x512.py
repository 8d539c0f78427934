# One GPU of 24 GB, layouts of 1024 x 512, eight times the pixels: half the width, one at a time.
# At most 14.1 GB.
_base_ = './gpu_8gb_512x256.py'
