// Normal numbers that follow from a seed as in PyTorch (CPU, float32), so that a seed means the
// same picture here and in `ecgan infer --seeds`.
const LENGTH = 624;

class MersenneTwister {
  constructor(seed) {
    this.state = new Uint32Array(LENGTH);
    this.state[0] = seed >>> 0;
    for (let i = 1; i < LENGTH; i++) {
      const last = this.state[i - 1] ^ (this.state[i - 1] >>> 30);
      this.state[i] = Math.imul(1812433253, last) + i;
    }
    this.at = LENGTH;
  }

  twist() {
    const { state } = this;
    for (let i = 0; i < LENGTH; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % LENGTH] & 0x7fffffff);
      state[i] = state[(i + 397) % LENGTH] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.at = 0;
  }

  // 32 random bits.
  bits() {
    if (this.at === LENGTH) this.twist();
    let y = this.state[this.at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  // Uniform in [0, 1) with 24 bits, and with 53.
  single() {
    return (this.bits() & 0xffffff) / 2 ** 24;
  }

  double() {
    const high = this.bits() & 0x1fffff;
    return (high * 2 ** 32 + this.bits()) / 2 ** 53;
  }
}

// torch.randn(count, generator=torch.Generator().manual_seed(seed))
export function randn(seed, count) {
  const twister = new MersenneTwister(seed), values = new Float32Array(count);
  if (count < 16) {
    for (let i = 0; i < count; i += 2) {
      const angle = 2 * Math.PI * twister.double();
      const radius = Math.sqrt(-2 * Math.log1p(-twister.double()));
      values[i] = radius * Math.cos(angle);
      if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
    }
    return values;
  }
  const uniform = (from, to) => {
    for (let i = from; i < to; i++) values[i] = twister.single();
  };
  uniform(0, count);
  for (let start = 0; start + 16 <= count; start += 16) normalSixteen(values, start);
  if (count % 16) {
    // The last ones are drawn anew.
    uniform(count - 16, count);
    normalSixteen(values, count - 16);
  }
  return values;
}

function normalSixteen(values, start) {
  for (let i = start; i < start + 8; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - values[i])), angle = 2 * Math.PI * values[i + 8];
    values[i] = radius * Math.cos(angle);
    values[i + 8] = radius * Math.sin(angle);
  }
}
