// The pictures that came of a layout.
import { writePng } from "./png_writing.js";

export function showPictures({ width, height, pixels, seconds, place }) {
  for (const name of ["image", "edge", "coarse"]) {
    const canvas = document.getElementById(name);
    if (name !== "image") canvas.parentElement.hidden = !pixels[name];
    if (!pixels[name]) continue;
    Object.assign(canvas, { width, height });
    canvas.getContext("2d").putImageData(toImage(pixels[name], width, height), 0, 0);
  }
  note(`${width} x ${height}, in ${seconds.toFixed(2)} s${place && ` on the ${place}`}`);
}

export function note(text) {
  document.getElementById("note").textContent = text;
}

export function pictureFile({ width, height, pixels }) {
  return writePng({ width, height, samples: pixels.image, kind: "rgb" });
}

function toImage(rgb, width, height) {
  const image = new ImageData(width, height), words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < words.length; i++)
    words[i] = (0xff000000 | (rgb[3 * i + 2] << 16) | (rgb[3 * i + 1] << 8) | rgb[3 * i]) >>> 0;
  return image;
}
