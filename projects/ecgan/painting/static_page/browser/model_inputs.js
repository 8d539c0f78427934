// What the network takes of a layout: painted_generator.py makes the same in Python.
import { randn } from "./torch_random.js";

// The layout with its last row and column repeated, up to a size that the network takes.
export function padded({ width, height, ids }, divisor) {
  const columns = Math.ceil(width / divisor) * divisor, rows = Math.ceil(height / divisor) * divisor;
  const labels = new Int32Array(rows * columns);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++)
      labels[y * columns + x] = ids[Math.min(y, height - 1) * width + Math.min(x, width - 1)];
  return { rows, columns, labels };
}

// Region of each pixel, and a vector for each region.
// seeds: {first, anew}: the seed of the picture, and a Map of classes drawn anew -> their seeds.
export function noiseInputs({ labels }, { channels, per, classes, unknown }, seeds) {
  const regions = new Int32Array(labels.length);
  if (per === "class") labels.forEach((id, i) => (regions[i] = id === unknown ? classes : id));
  if (per === "pixel") regions.forEach((_, i) => (regions[i] = i));
  const count = { picture: 1, class: classes + 1, pixel: labels.length }[per];
  const own = regions.slice(), drawn = [randn(seeds.first, count * channels)];
  for (const [id, seed] of seeds.anew) {
    const shift = drawn.length * count;
    labels.forEach((each, i) => each === id && (regions[i] = own[i] + shift));
    drawn.push(randn(seed, count * channels));
  }
  // One vector more: the network takes two or more.
  const vectors = new Float32Array((drawn.length * count + 1) * channels);
  drawn.forEach((values, i) => vectors.set(values, i * count * channels));
  return { regions, vectors };
}
