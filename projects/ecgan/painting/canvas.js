// The layout under the pointer: whole ids, never blended colours. Python holds the layout
// (session.py); this shows it, draws the stroke at hand, and tells which pixels it covered.
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export default {
  template: `
    <div class="layout-canvas">
      <div class="layout-canvas-frame">
        <canvas ref="canvas" tabindex="0" role="application"
          aria-label="Layout: arrow keys move, the space bar paints"
          @pointerdown="onDown" @pointermove="onMove" @pointerup="end" @pointercancel="end"
          @pointerleave="onLeave" @blur="end" @contextmenu.prevent></canvas>
        <svg v-if="layout && outline" :viewBox="'0 0 ' + layout.width + ' ' + layout.height">
          <path :d="outline" class="halo" /><path :d="outline" class="line" />
        </svg>
      </div>
      <div class="layout-canvas-status">{{ status }}</div>
    </div>`,
  props: { layout: Object, labels: Array, label: Number, tool: String, size: Number },
  data: () => ({ cursor: null, status: "" }),
  computed: {
    // Columns [first, last] of each row of the brush: the pixels whose centre is in the disc.
    rows() {
      const size = this.tool === "fill" ? 1 : this.size, centre = (size - 1) / 2;
      return Array.from({ length: size }, (_, y) => {
        const half = Math.sqrt((size / 2) ** 2 - (y - centre) ** 2);
        return [Math.ceil(centre - half), Math.floor(centre + half)];
      });
    },
    outline() {
      if (!this.cursor) return "";
      const [left, top] = this.corner(), last = this.rows.length - 1;
      const right = this.rows.map(([, x], y) => `L${left + x + 1} ${top + y}v1`);
      const back = this.rows.map((_, y) => `L${left + this.rows[last - y][0]} ${top + last - y + 1}v-1`);
      return "M" + (right.join("") + back.join("")).slice(1) + "Z";
    },
  },
  watch: { layout: "show" },
  created() {
    this.colours = new Uint32Array(65536).fill(0xff000000);
    this.names = {};
    for (const [id, name, r, g, b] of this.labels) {
      this.colours[id] = (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
      this.names[id] = name;
    }
  },
  mounted() {
    this.show();
    window.addEventListener("keydown", this.onKeyDown);
    window.addEventListener("keyup", this.onKeyUp);
    this.$refs.canvas.focus({ preventScroll: true });
  },
  unmounted() {
    window.removeEventListener("keydown", this.onKeyDown);
    window.removeEventListener("keyup", this.onKeyUp);
  },
  methods: {
    show() {
      const { number, width, height, ids } = this.layout ?? {};
      // Other settings of the element arrive with the layout that is shown already.
      if (!number || number === this.number) return;
      const resized = !this.image || this.image.width !== width || this.image.height !== height;
      this.number = number;
      this.ids = new Uint16Array(Uint8Array.from(atob(ids), (c) => c.charCodeAt(0)).buffer);
      if (resized) {
        this.stroke = null;
        this.cursor = null;
        Object.assign(this.$refs.canvas, { width, height });
        this.image = new ImageData(width, height);
        this.pixels = new Uint32Array(this.image.data.buffer);
      }
      const { touched, label } = this.stroke ?? {};
      this.ids.forEach((id, i) => (this.pixels[i] = this.colours[touched?.[i] ? label : id]));
      // At once: a canvas of another size is empty until then.
      this.put();
      this.tell();
    },
    put() {
      this.frame = null;
      this.$refs.canvas?.getContext("2d").putImageData(this.image, 0, 0);
    },
    draw() {
      this.frame ??= requestAnimationFrame(this.put);
    },
    tell() {
      const { width, height } = this.layout ?? {};
      const [x, y] = this.cursor ? this.cursor.map(Math.floor) : [-1, -1];
      const inside = x >= 0 && y >= 0 && x < width && y < height;
      const name = inside ? this.names[this.ids[y * width + x]] : "";
      this.status = inside ? `x ${x}, y ${y}: ${name}` : `${width} x ${height} pixels`;
    },
    // Upper left pixel of the brush at the cursor.
    corner() {
      return this.cursor.map((value) => Math.round(value - this.rows.length / 2));
    },
    follow(event) {
      const box = this.$refs.canvas.getBoundingClientRect();
      this.cursor = [
        ((event.clientX - box.left) / box.width) * this.layout.width,
        ((event.clientY - box.top) / box.height) * this.layout.height,
      ];
    },
    begin() {
      const [x, y] = this.cursor.map(Math.floor), { number, label } = this;
      if (this.tool === "fill") {
        this.$emit("fill", { number, label, x, y });
        return;
      }
      const touched = new Uint8Array(this.ids.length);
      this.stroke = { label, touched, at: this.corner() };
      this.dab(...this.stroke.at);
    },
    extend() {
      const [x, y] = this.stroke.at, [toX, toY] = this.corner();
      const steps = Math.max(Math.abs(toX - x), Math.abs(toY - y));
      for (let i = 1; i <= steps; i++)
        this.dab(x + Math.round(((toX - x) * i) / steps), y + Math.round(((toY - y) * i) / steps));
      this.stroke.at = [toX, toY];
    },
    dab(left, top) {
      const { width, height } = this.image, { touched, label } = this.stroke;
      this.rows.forEach(([first, last], row) => {
        const y = top + row, from = Math.max(left + first, 0), to = Math.min(left + last + 1, width);
        if (y < 0 || y >= height || from >= to) return;
        touched.fill(1, y * width + from, y * width + to);
        this.pixels.fill(this.colours[label], y * width + from, y * width + to);
      });
      this.draw();
    },
    end() {
      if (!this.stroke) return;
      const { touched, label } = this.stroke, { number } = this, runs = [];
      this.stroke = null;
      for (let i = touched.indexOf(1); i >= 0; i = touched.indexOf(1, i)) {
        const stop = touched.indexOf(0, i), length = (stop < 0 ? touched.length : stop) - i;
        this.ids.fill(label, i, i + length);
        runs.push(i, length);
        i += length;
      }
      if (runs.length) this.$emit("stroke", { number, label, runs });
      this.tell();
    },
    onDown(event) {
      if (event.button !== 0 || !event.isPrimary) return;
      this.$refs.canvas.setPointerCapture(event.pointerId);
      this.follow(event);
      this.end();
      this.begin();
    },
    onMove(event) {
      if (!event.isPrimary) return;
      const all = event.getCoalescedEvents?.() ?? [];
      for (const each of all.length ? all : [event]) {
        this.follow(each);
        if (this.stroke) this.extend();
      }
      this.tell();
    },
    onLeave() {
      if (this.stroke) return;
      this.cursor = null;
      this.tell();
    },
    onKeyDown(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest?.("input, textarea, [role=slider], [role=dialog]")) return;
      const step = STEPS[event.key], { canvas } = this.$refs;
      if (step) {
        event.preventDefault();
        canvas.focus({ preventScroll: true });
        const sides = [this.layout.width, this.layout.height], far = event.shiftKey ? 8 : 1;
        const from = this.cursor ?? sides.map((side) => side / 2);
        this.cursor = from.map((value, i) =>
          Math.min(Math.max(Math.floor(value) + far * step[i], 0), sides[i] - 1) + 0.5);
        if (this.stroke) this.extend();
        this.tell();
      } else if (event.key === " " && document.activeElement === canvas) {
        event.preventDefault();
        if (!event.repeat && this.cursor && !this.stroke) this.begin();
      }
    },
    onKeyUp(event) {
      if (event.key === " ") this.end();
    },
  },
};
