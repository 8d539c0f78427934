// What the indices of a picture with a palette stand for.
import { FileError } from "./png_reading.js";

// So much a channel a colour moves where a drawing's colours are reduced.
const NEAR = 8;

// One number for a colour.
export const number = (r, g, b) => (r << 16) | (g << 8) | b;

// RGB colour of each index that occurs, in the order of the indices.
export function shownBy({ samples, palette }) {
  const shown = new Map();
  for (const index of [...new Set(samples)].sort((a, b) => a - b))
    if (index * 3 + 2 < palette.length)
      shown.set(index, [...palette.subarray(index * 3, index * 3 + 3)]);
  return shown;
}

// Whether indices are ids, or levels of grey, or stand for colours: reading.py's `_palette_alone`.
export function paletteReading(palette, shown, name, coding) {
  if (coding.palette) return coding.palette;
  const colourOf = (id) => coding.colourOfId[id];
  const same = (a, b) => a && a.every((c, i) => c === b[i]);
  const ids = new Map(coding.ids), present = [...shown.keys()];
  const showsClasses = present.every((index) => {
    const id = ids.get(index);
    return !colourOf(id) || same(colourOf(id), shown.get(index));
  });
  const blind = coding.renumbered && (!coding.ofClasses || showsClasses);
  const known = blind ? [] : coding.colourOfId;
  const numbers = present.map((index) => number(...shown.get(index)));
  const knownNumbers = new Set(known.map((rgb) => number(...rgb)));
  const isOwn = (index) => index === coding.unknownOfColours || same(known[index], shown.get(index));
  const ofIndex = present.every(isOwn);
  const isDrawing = known.length && !ofIndex && numbers.every((each) => knownNumbers.has(each));
  if (isDrawing && new Set(numbers).size === numbers.length) return "colours";
  const grey = [...shown.values()].every(([r, g, b]) => r === g && g === b);
  const reading = grey && !isEvenRamp(palette) ? "grey" : "index";
  if (known.length && reading === "index") refuseReduced(shown, known, name);
  return reading;
}

function isEvenRamp(palette) {
  const count = Math.floor(palette.length / 3), last = Math.max(count - 1, 1);
  // As Python rounds: halves to the even number.
  const even = (x) => (x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));
  const levels = Array.from({ length: count }, (_, i) => even((255 * i) / last));
  return levels.every((level, i) => level === palette[3 * i]);
}

// A palette whose colours are nearly those of classes, in another order: coding.py's `check_drawing`.
function refuseReduced(shown, known, name) {
  if (shown.size < 2) return;
  const far = (a, b) => Math.max(...a.map((c, i) => Math.abs(c - b[i])));
  let strange = 0, moved = false;
  for (const [index, rgb] of shown) {
    const nearest = Math.min(...known.map((each) => far(rgb, each)));
    if (nearest > NEAR) return;
    strange += nearest > 0;
    moved ||= !known[index] || far(rgb, known[index]) > NEAR;
  }
  const grey = [...shown.values()].every(([r, g, b]) => r === g && g === b);
  if (strange && moved && !grey)
    throw new FileError(
      `${name} has a palette of ${shown.size} colours that are nearly those of classes: ` +
        "save it in RGB with the exact colours, or as ids",
    );
}
