// Layouts from and to PNG files, by what the model's training said of its files: `coding` of the
// page's facts. What label_files/coding.py of the package would read is read alike, or refused.
import { number, paletteReading, shownBy } from "./palette_reading.js";
import { FileError, readPng } from "./png_reading.js";
import { writePng } from "./png_writing.js";

export async function readLayout(bytes, name, coding) {
  if (coding.refusal) throw new FileError(coding.refusal);
  const png = await readPng(bytes, name), { width, height } = png, count = width * height;
  const hidden = transparentPixels(png, name), meaning = meaningOf(png, name, coding);
  const ids = new Uint16Array(count), strange = new Set();
  for (let i = 0; i < count; i++) {
    const sample = sampleAt(png, i), id = hidden?.[i] ? coding.unknown : meaning.ids.get(sample);
    if (id === undefined || id === null) strange.add(hidden?.[i] ? "transparent" : sample);
    else ids[i] = id;
  }
  if (strange.size) throw new FileError(meaning.refuse([...strange]));
  return { width, height, ids };
}

// One number for a pixel: its sample, or of a colour that of its red, green and blue.
function sampleAt({ kind, channels, samples }, i) {
  if (!kind.startsWith("rgb")) return samples[i * channels];
  return number(samples[i * channels], samples[i * channels + 1], samples[i * channels + 2]);
}

// Which layout id each number stands for, and what is said of the others.
function meaningOf(png, name, coding) {
  const ids = new Map(coding.ids), colours = new Map(coding.colours);
  const ofIds = (strange) => `${name}: label ids ${strange.slice(0, 8).join(", ")} are of no class`;
  const ofColours = (strange) => {
    const [first] = strange, channels = [16, 8, 0].map((shift) => (first >> shift) & 255);
    const shown = first === "transparent" ? first : `(${channels.join(", ")}) (RGB)`;
    return `${name}: ${strange.length} of its colours are of no class, the first is ${shown}`;
  };
  if (png.kind.startsWith("rgb")) {
    if (png.bits !== 8) throw new FileError(`${name} holds colours of 16 bits, not ids`);
    return { ids: colours, refuse: ofColours };
  }
  if (png.kind !== "indexed") return { ids, refuse: ofIds };
  const shown = shownBy(png), reading = paletteReading(png.palette, shown, name, coding);
  if (reading === "index") return { ids, refuse: ofIds };
  const level = ([index, [red]]) => [index, ids.get(red)];
  const colour = ([index, rgb]) => [index, colours.get(number(...rgb))];
  return {
    ids: new Map([...shown].map(reading === "grey" ? level : colour)),
    refuse: (strange) =>
      reading === "grey" ? ofIds(strange.map((index) => shown.get(index)?.[0] ?? index))
        : ofColours(strange.map((index) => (shown.has(index) ? number(...shown.get(index)) : 0))),
  };
}

// Where there is nothing; null: nowhere.
function transparentPixels({ kind, bits, channels, samples, transparency }, name) {
  const count = samples.length / channels, full = (1 << bits) - 1;
  let opacity;
  if (kind.endsWith("alpha")) opacity = (i) => samples[(i + 1) * channels - 1] / full;
  else if (!transparency) return null;
  else if (kind === "indexed") opacity = (i) => (transparency[samples[i]] ?? 255) / 255;
  else {
    const view = new DataView(transparency.slice().buffer);
    const at = Array.from({ length: channels }, (_, c) => view.getUint16(2 * c));
    opacity = (i) => (at.every((value, c) => samples[i * channels + c] === value) ? 0 : 1);
  }
  const hidden = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const seen = opacity(i);
    if (seen > 0 && seen < 1)
      throw new FileError(`${name} is transparent in part: save it without transparency`);
    hidden[i] = seen === 0;
  }
  return hidden;
}

// A PNG of a layout that is read back as it is, here and by the package.
export function writeLayout({ width, height, ids }, coding) {
  const inFiles = new Map(coding.inFiles), written = Uint16Array.from(ids, (id) => inFiles.get(id));
  if (coding.saved === "rgb") {
    const colours = new Map(coding.savedColours), samples = new Uint8Array(ids.length * 3);
    ids.forEach((id, i) => samples.set(colours.get(id), 3 * i));
    return writePng({ width, height, samples, kind: "rgb" });
  }
  if (coding.saved === "grey16") {
    const samples = new Uint8Array(ids.length * 2);
    written.forEach((id, i) => samples.set([id >> 8, id & 255], 2 * i));
    return writePng({ width, height, samples, kind: "grey", bits: 16 });
  }
  const samples = Uint8Array.from(written);
  if (coding.saved === "grey8") return writePng({ width, height, samples, kind: "grey" });
  const palette = new Uint8Array(768);
  for (const [id, rgb] of coding.savedColours) palette.set(rgb, 3 * inFiles.get(id));
  return writePng({ width, height, samples, kind: "indexed", palette });
}
