// The page that needs no server: what is on it, and what happens when it is used.
import { LayoutCanvas } from "../../browser/layout_canvas.js";
import { unpack } from "./embedded_files.js";
import { Generator } from "./generator.js";
import { LabelList } from "./label_list.js";
import { readLayout, writeLayout } from "./layout_files.js";
import { note, pictureFile, showPictures } from "./picture_panel.js";
import { FileError, MAX_BYTES } from "./png_reading.js";
import { SeedChoice } from "./seeds.js";
import { LayoutSession } from "./session.js";

const MAX_BRUSH = 128;
// Of the first brush: this part of the layout's shorter side.
const FIRST_SIZE = 0.08;
const MESSAGE_SECONDS = 8;
const find = (id) => document.getElementById(id);
const button = (act) => document.querySelector(`[data-act="${act}"]`);

class Page {
  constructor(facts) {
    this.facts = facts;
    this.number = 0;
    this.example = 0;
    this.seeds = new SeedChoice();
    this.generator = new Generator(facts);
    this.canvas = new LayoutCanvas(find("canvas"), facts.labels, {
      stroke: ({ runs, label }) => this.painted(this.session.paint(runs, label)),
      fill: ({ x, y, label }) => this.changed(this.session.fill(x, y, label)),
    });
    this.labels = new LabelList(facts, (label) => this.canvas.use({ label }));
    this.listen();
    this.describe();
  }

  async start(files) {
    try {
      await this.begin();
      await this.generator.load(await files());
    } catch (error) {
      this.failed(error, "the model cannot be loaded");
      return;
    }
    this.loaded = true;
    await this.generate();
    await this.generator.tryGpu(this.session.layout, this.seeds.now());
  }

  // The layout to begin with.
  async begin() {
    const { examples } = this.facts;
    this.session = new LayoutSession(examples.length ? await this.exampleLayout(0) : this.empty());
    const { width, height } = this.session.layout;
    find("size").max = MAX_BRUSH;
    const first = Math.round(FIRST_SIZE * Math.min(width, height));
    find("size").value = Math.min(Math.max(first, 1), MAX_BRUSH);
    this.show();
    this.useSize();
    this.canvas.focus();
  }

  // What it says of itself and of its model.
  describe() {
    const { facts } = this, rows = find("about-rows");
    document.title = `Paint a layout: ${facts.title}`;
    find("subtitle").textContent = `and see what ${facts.title} makes of it, in this browser alone`;
    for (const [name, text] of facts.about)
      for (const [tag, content] of [["dt", name], ["dd", text]])
        rows.append(Object.assign(document.createElement(tag), { textContent: content }));
    for (const act of ["another", "anew"]) button(act).hidden = !facts.noise;
    for (const act of ["previous", "next"]) button(act).hidden = !facts.examples.length;
    find("example-text").title = facts.noExamples;
    find("example-text").textContent = facts.examples.length ? "" : "no examples";
    button("open").disabled = Boolean(facts.coding.refusal);
    button("open").title = facts.coding.refusal || button("open").title;
  }

  listen() {
    const acts = {
      undo: () => this.changed(this.session.undo()),
      redo: () => this.changed(this.session.redo()),
      empty: () => this.changed(this.session.replace(this.empty())),
      previous: () => this.takeExample(this.example - 1),
      next: () => this.takeExample(this.example + 1),
      open: () => find("file").click(),
      save: async () => download(await writeLayout(this.session.layout, this.facts.coding), "layout.png"),
      "save-picture": async () => this.made && download(await pictureFile(this.made), "picture.png"),
      another: () => this.reseed(() => this.seeds.another()),
      anew: () => this.reseed(() => this.seeds.classAnew(this.labels.chosen)),
      about: () => find("about").showModal(),
    };
    this.acts = acts;
    for (const [act, work] of Object.entries(acts)) button(act).addEventListener("click", work);
    for (const each of document.querySelectorAll("[data-tool]"))
      each.addEventListener("click", () => this.useTool(each.dataset.tool));
    find("size").addEventListener("input", () => this.useSize());
    find("file").addEventListener("change", () => this.open(find("file").files[0]));
    window.addEventListener("keydown", (event) => this.onKey(event));
  }

  onKey(event) {
    if (event.altKey || event.target.closest?.("input:not([type=range]), textarea, select, dialog")) return;
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      this.acts[key === "y" || event.shiftKey ? "redo" : "undo"]();
    } else if (key === "[" || key === "]") {
      find("size").value = Number(find("size").value) + (key === "]" ? 1 : -1);
      this.useSize();
    } else if (key === "b" || key === "f") this.useTool(key === "b" ? "brush" : "fill");
    else this.labels.take(key);
  }

  useTool(tool) {
    for (const each of document.querySelectorAll("[data-tool]"))
      each.setAttribute("aria-pressed", each.dataset.tool === tool);
    this.canvas.use({ tool });
  }

  useSize() {
    const size = Number(find("size").value);
    find("size-text").textContent = `${size} px`;
    this.canvas.use({ size });
  }

  // What changes the layout ----------------------------------------------------------------------

  empty() {
    const [height, width] = this.facts.size;
    return { width, height, ids: new Uint16Array(width * height).fill(this.labels.chosen) };
  }

  async exampleLayout(index) {
    const { width, height, ids } = this.facts.examples[index];
    return { width, height, ids: new Uint16Array((await unpack([ids])).buffer) };
  }

  async takeExample(index) {
    const count = this.facts.examples.length;
    this.example = (index + count) % count;
    this.changed(this.session.replace(await this.exampleLayout(this.example)));
  }

  async open(file) {
    find("file").value = "";
    if (!file) return;
    try {
      // Of what is too large no more is read than tells so.
      const start = await file.slice(0, MAX_BYTES + 1).arrayBuffer();
      const layout = await readLayout(new Uint8Array(start), file.name, this.facts.coding);
      this.warnOfSize(layout);
      this.changed(this.session.replace(layout));
    } catch (error) {
      this.failed(error, `${file.name} cannot be read`);
    }
  }

  warnOfSize({ width, height }) {
    const [rows, columns] = this.facts.size;
    if (!this.facts.knowsSize || (rows === height && columns === width)) return;
    message(
      `${width}x${height} (width x height) is not the ${columns}x${rows} of the training, ` +
        "and the network knows objects at that size only",
      "warning",
    );
  }

  // The canvas shows a stroke itself.
  painted(changed) {
    if (changed) this.generate();
  }

  changed(changed) {
    if (!changed) return;
    this.show();
    this.generate();
  }

  show() {
    const { layout } = this.session, { width, height } = layout, count = this.facts.examples.length;
    document.querySelector(".paint-page").style.setProperty("--ratio", (width / height).toFixed(4));
    find("size").max = Math.min(Math.max(8, Math.floor(Math.min(width, height) / 2)), MAX_BRUSH);
    this.canvas.show({ ...layout, number: ++this.number });
    if (count) find("example-text").textContent = `Example ${this.example + 1} / ${count}`;
    this.offer();
  }

  offer() {
    button("undo").disabled = !this.session.past.length;
    button("redo").disabled = !this.session.future.length;
    button("save-picture").disabled = !this.made;
  }

  // What comes of it -----------------------------------------------------------------------------

  reseed(change) {
    change();
    this.generate();
  }

  async generate() {
    this.offer();
    if (!this.loaded) return;
    find("main").classList.add("busy");
    try {
      const made = await this.generator.generate(this.session.layout, this.seeds.now());
      // A newer request ends the waiting.
      if (!made) return;
      this.made = made;
      showPictures(made);
      this.offer();
    } catch (error) {
      this.failed(error, "no picture");
    }
    if (!this.generator.waiting) find("main").classList.remove("busy");
  }

  failed(error, what) {
    find("main").classList.remove("busy");
    note(this.loaded ? "" : what);
    message(error instanceof FileError ? error.message : `${what}: ${error.message}`);
  }
}

function message(text, kind = "") {
  const line = Object.assign(document.createElement("div"), { textContent: text, className: kind });
  find("messages").append(line);
  setTimeout(() => line.remove(), MESSAGE_SECONDS * 1000);
}

function download(bytes, name) {
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(new Blob([bytes], { type: "image/png" })),
    download: name,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const whole = new Promise((resolve) => {
  if (document.readyState === "complete") resolve();
  else window.addEventListener("load", resolve);
});
new Page(JSON.parse(find("facts").textContent)).start(async () => {
  await whole;
  return embeddedFiles;
});
