// The canvas as a component of NiceGUI: Python holds the layout (session.py).
import { LayoutCanvas } from "ecgan-painting/layout_canvas.js";

const toIds = (text) => new Uint16Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);

export default {
  template: '<div class="layout-canvas"></div>',
  props: { layout: Object, labels: Array, label: Number, tool: String, size: Number },
  watch: { layout: "show", label: "use", tool: "use", size: "use" },
  mounted() {
    this.canvas = new LayoutCanvas(this.$el, this.labels, {
      stroke: (event) => this.$emit("stroke", event),
      fill: (event) => this.$emit("fill", event),
    });
    this.use();
    this.show();
    this.canvas.focus();
  },
  unmounted() {
    this.canvas.remove();
  },
  methods: {
    show() {
      const { layout } = this;
      if (layout) this.canvas.show({ ...layout, ids: toIds(layout.ids) });
    },
    use() {
      this.canvas.use({ label: this.label, tool: this.tool, size: this.size });
    },
  },
};
