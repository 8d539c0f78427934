// The layout under the pointer: whole ids, never blended colours. Its owner holds the layout; this
// shows it, draws the stroke at hand, and tells which pixels it covered. Both pages use it: that of
// `ecgan paint` (canvas.js) and the one that needs no server (static_page/).
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FIELDS = "input, textarea, [role=slider], [role=dialog], dialog";

// Columns [first, last] of each row of a brush: the pixels whose centre is in the disc.
function brushRows(size) {
  const centre = (size - 1) / 2;
  return Array.from({ length: size }, (_, y) => {
    const half = Math.sqrt((size / 2) ** 2 - (y - centre) ** 2);
    return [Math.ceil(centre - half), Math.floor(centre + half)];
  });
}

export class LayoutCanvas {
  // root: element to fill; labels: [id, name, r, g, b] each; tell.stroke({number, label, runs}) and
  // tell.fill({number, label, x, y}) are called with the number of the layout that is shown.
  constructor(root, labels, tell) {
    root.innerHTML = `
      <div class="layout-canvas-frame">
        <canvas tabindex="0" role="application"
          aria-label="Layout: arrow keys move, the space bar paints"></canvas>
        <svg><path class="halo" /><path class="line" /></svg>
      </div>
      <div class="layout-canvas-status"></div>`;
    this.tell = tell;
    this.cursor = null;
    this.canvas = root.querySelector("canvas");
    this.svg = root.querySelector("svg");
    this.status = root.querySelector(".layout-canvas-status");
    this.colours = new Uint32Array(65536).fill(0xff000000);
    this.names = {};
    for (const [id, name, r, g, b] of labels) {
      this.colours[id] = (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
      this.names[id] = name;
    }
    this.use({ label: labels[0][0], tool: "brush", size: 1 });
    this.listen();
  }

  listen() {
    const { canvas } = this, end = () => this.end();
    canvas.addEventListener("pointerdown", (event) => this.onDown(event));
    canvas.addEventListener("pointermove", (event) => this.onMove(event));
    canvas.addEventListener("pointerleave", () => this.onLeave());
    for (const name of ["pointerup", "pointercancel", "blur"]) canvas.addEventListener(name, end);
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    window.addEventListener("keydown", (event) => this.onKeyDown(event), { signal });
    window.addEventListener("keyup", (event) => event.key === " " && this.end(), { signal });
  }

  // The element is gone.
  remove() {
    this.leaving.abort();
  }

  focus() {
    this.canvas.focus({ preventScroll: true });
  }

  // Settings: label (id), tool ("brush", "fill"), size (pixels).
  use(settings) {
    Object.assign(this, settings);
    this.rows = brushRows(this.tool === "fill" ? 1 : this.size);
    this.report();
  }

  // layout: its number, width, height and ids (Uint16Array), row by row.
  show(layout) {
    // Other settings of an element may arrive with the layout that is shown already.
    if (!layout?.number || layout.number === this.layout?.number) return;
    const { width, height, ids } = layout;
    const resized = !this.image || this.image.width !== width || this.image.height !== height;
    this.layout = layout;
    this.ids = ids.slice();
    if (resized) {
      this.stroke = null;
      this.cursor = null;
      Object.assign(this.canvas, { width, height });
      this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      this.image = new ImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    const { touched, label } = this.stroke ?? {};
    this.ids.forEach((id, i) => (this.pixels[i] = this.colours[touched?.[i] ? label : id]));
    // At once: a canvas of another size is empty until then.
    this.put();
    this.report();
  }

  put() {
    this.frame = null;
    this.canvas.getContext("2d").putImageData(this.image, 0, 0);
  }

  draw() {
    this.frame ??= requestAnimationFrame(() => this.put());
  }

  // The brush's outline, and what is under the cursor.
  report() {
    if (!this.layout) return;
    const { width, height } = this.layout;
    const [x, y] = this.cursor ? this.cursor.map(Math.floor) : [-1, -1];
    const inside = x >= 0 && y >= 0 && x < width && y < height;
    const name = inside ? this.names[this.ids[y * width + x]] : "";
    this.status.textContent = inside ? `x ${x}, y ${y}: ${name}` : `${width} x ${height} pixels`;
    const outline = this.outline();
    for (const path of this.svg.children) path.setAttribute("d", outline);
  }

  outline() {
    if (!this.cursor) return "";
    const { rows } = this, [left, top] = this.corner(), last = rows.length - 1;
    const right = rows.map(([, x], y) => `L${left + x + 1} ${top + y}v1`);
    const back = rows.map((_, y) => `L${left + rows[last - y][0]} ${top + last - y + 1}v-1`);
    return "M" + (right.join("") + back.join("")).slice(1) + "Z";
  }

  // Upper left pixel of the brush at the cursor.
  corner() {
    return this.cursor.map((value) => Math.round(value - this.rows.length / 2));
  }

  follow(event) {
    const box = this.canvas.getBoundingClientRect();
    this.cursor = [
      ((event.clientX - box.left) / box.width) * this.layout.width,
      ((event.clientY - box.top) / box.height) * this.layout.height,
    ];
  }

  begin() {
    const [x, y] = this.cursor.map(Math.floor), { label, layout: { number } } = this;
    if (this.tool === "fill") {
      this.tell.fill({ number, label, x, y });
      return;
    }
    const touched = new Uint8Array(this.ids.length);
    this.stroke = { label, touched, at: this.corner() };
    this.dab(...this.stroke.at);
  }

  extend() {
    const [x, y] = this.stroke.at, [toX, toY] = this.corner();
    const steps = Math.max(Math.abs(toX - x), Math.abs(toY - y));
    for (let i = 1; i <= steps; i++)
      this.dab(x + Math.round(((toX - x) * i) / steps), y + Math.round(((toY - y) * i) / steps));
    this.stroke.at = [toX, toY];
  }

  dab(left, top) {
    const { width, height } = this.image, { touched, label } = this.stroke;
    this.rows.forEach(([first, last], row) => {
      const y = top + row, from = Math.max(left + first, 0), to = Math.min(left + last + 1, width);
      if (y < 0 || y >= height || from >= to) return;
      touched.fill(1, y * width + from, y * width + to);
      this.pixels.fill(this.colours[label], y * width + from, y * width + to);
    });
    this.draw();
  }

  end() {
    if (!this.stroke) return;
    const { touched, label } = this.stroke, { number } = this.layout, runs = [];
    this.stroke = null;
    for (let i = touched.indexOf(1); i >= 0; i = touched.indexOf(1, i)) {
      const stop = touched.indexOf(0, i), length = (stop < 0 ? touched.length : stop) - i;
      this.ids.fill(label, i, i + length);
      runs.push(i, length);
      i += length;
    }
    if (runs.length) this.tell.stroke({ number, label, runs });
    this.report();
  }

  onDown(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.follow(event);
    this.end();
    this.begin();
    this.report();
  }

  onMove(event) {
    if (!event.isPrimary) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) {
      this.follow(each);
      if (this.stroke) this.extend();
    }
    this.report();
  }

  onLeave() {
    if (this.stroke) return;
    this.cursor = null;
    this.report();
  }

  onKeyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.(FIELDS)) return;
    const step = STEPS[event.key], { canvas } = this;
    if (step) {
      event.preventDefault();
      this.focus();
      const sides = [this.layout.width, this.layout.height], far = event.shiftKey ? 8 : 1;
      const from = this.cursor ?? sides.map((side) => side / 2);
      this.cursor = from.map((value, i) =>
        Math.min(Math.max(Math.floor(value) + far * step[i], 0), sides[i] - 1) + 0.5);
      if (this.stroke) this.extend();
      this.report();
    } else if (event.key === " " && document.activeElement === canvas) {
      event.preventDefault();
      if (!event.repeat && this.cursor && !this.stroke) this.begin();
    }
  }
}
