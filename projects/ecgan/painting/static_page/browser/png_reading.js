// PNG files byte for byte: a browser's own decoder manages colours, and drops the indices.
import { checksum } from "./png_writing.js";

const KINDS = { 0: "grey", 2: "rgb", 3: "indexed", 4: "grey_alpha", 6: "rgb_alpha" };
const CHANNELS = { grey: 1, rgb: 3, indexed: 1, grey_alpha: 2, rgb_alpha: 4 };
const DEPTHS = {
  grey: [1, 2, 4, 8, 16],
  rgb: [8, 16],
  indexed: [1, 2, 4, 8],
  grey_alpha: [8, 16],
  rgb_alpha: [8, 16],
};
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

export const MAX_BYTES = 4 * 2 ** 20;
export const MAX_PIXELS = 2 ** 20;
export const MAX_SIDE = 2048;

// A mistake of the user's, as one sentence.
export class FileError extends Error {}

// {width, height, kind, bits, channels, samples (Uint16Array), palette (RGB bytes or null),
// transparency (the content of its tRNS, or null)}.
export async function readPng(bytes, name) {
  if (bytes.length > MAX_BYTES)
    throw new FileError(`${name} is larger than ${MAX_BYTES / 2 ** 20} MB`);
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) throw new FileError(`${name} is no PNG file`);
  const chunks = readChunks(bytes, name), head = chunks.IHDR?.[0];
  if (head?.length !== 13 || !chunks.IDAT) throw damaged(name);
  const view = new DataView(head.buffer, head.byteOffset);
  const width = view.getUint32(0), height = view.getUint32(4);
  const bits = head[8], kind = KINDS[head[9]];
  if (!width || !height || !DEPTHS[kind]?.includes(bits)) throw damaged(name);
  if (width * height > MAX_PIXELS || Math.max(width, height) > MAX_SIDE)
    throw new FileError(
      `${name} is ${width}x${height}: at most ${MAX_PIXELS} pixels, and ${MAX_SIDE} on a side`,
    );
  if (chunks.eXIf)
    throw new FileError(`${name} has EXIF data, which may say that it is turned: save it without`);
  if (head[12]) throw new FileError(`${name} is an interlaced PNG file: save it without`);
  const palette = chunks.PLTE?.[0] ?? null, transparency = chunks.tRNS?.[0] ?? null;
  if (kind === "indexed" && !palette) throw damaged(name);
  const channels = CHANNELS[kind], row = Math.ceil((width * channels * bits) / 8);
  const raw = await inflate(chunks.IDAT, (row + 1) * height, name);
  const unit = Math.max((channels * bits) >> 3, 1), pixels = unfilter(raw, row, height, unit, name);
  const samples = unpackBits(pixels, width * channels, height, row, bits);
  return { width, height, kind, bits, channels, samples, palette, transparency };
}

const damaged = (name) => new FileError(`${name} cannot be read: the file is damaged`);

function readChunks(bytes, name) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), found = {};
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at), end = at + 8 + length;
    if (end + 4 > bytes.length) throw damaged(name);
    if (checksum(bytes.subarray(at + 4, end)) !== view.getUint32(end)) throw damaged(name);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    (found[kind] ??= []).push(bytes.subarray(at + 8, end));
    at = end + 4;
    if (kind === "IEND") break;
  }
  return found;
}

// Reads no more than the head of the file promised.
async function inflate(parts, length, name) {
  const reader = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const raw = new Uint8Array(length);
  let at = 0;
  try {
    while (at < length) {
      const { done, value } = await reader.read();
      if (done) throw damaged(name);
      raw.set(value.subarray(0, length - at), at);
      at += value.length;
    }
  } catch {
    throw damaged(name);
  }
  reader.cancel().catch(() => {});
  return raw;
}

function unfilter(raw, row, height, unit, name) {
  const pixels = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (row + 1)], from = y * (row + 1) + 1, to = y * row;
    if (filter > 4) throw damaged(name);
    for (let x = 0; x < row; x++) {
      const left = x >= unit ? pixels[to + x - unit] : 0, up = y ? pixels[to + x - row] : 0;
      const corner = x >= unit && y ? pixels[to + x - row - unit] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      pixels[to + x] = raw[from + x] + guess;
    }
  }
  return pixels;
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [left, up, corner].map((each) => Math.abs(guess - each));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function unpackBits(pixels, count, height, row, bits) {
  const samples = new Uint16Array(count * height), full = (1 << bits) - 1;
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < count; x++, at++) {
      const first = (x * bits) >> 3;
      if (bits === 16) samples[at] = (pixels[y * row + 2 * x] << 8) | pixels[y * row + 2 * x + 1];
      else samples[at] = (pixels[y * row + first] >> (8 - bits - ((x * bits) & 7))) & full;
    }
  return samples;
}
