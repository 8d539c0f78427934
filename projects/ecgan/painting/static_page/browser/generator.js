// The model, as the page asks for pictures: one at a time, and the newest request only.
import { scriptAddress, unpack } from "./embedded_files.js";
import { noiseInputs, padded } from "./model_inputs.js";

export class Generator {
  // facts: see page_facts.py.
  constructor(facts) {
    this.facts = facts;
    this.waiting = null;
    this.running = false;
    this.last = Promise.resolve();
  }

  // files: parts of the files `ort`, `glue`, `worker`, `wasm` and `model`, see embedded_files.js.
  async load(files) {
    const [ort, glue, worker, wasm, weights] = await Promise.all(
      ["ort", "glue", "worker", "wasm", "model"].map((name) => unpack(files[name])),
    );
    this.worker = new Worker(scriptAddress(ort, "\n", worker));
    await this.ask({ glue, wasm: wasm.buffer, weights }, [glue.buffer, wasm.buffer, weights.buffer]);
  }

  // Pictures of a layout, {width, height, pixels: {image, ...}, seconds, place}; null: a newer request
  // has taken the place of this one.
  async generate(layout, seeds) {
    this.waiting?.resolve(null);
    const answer = new Promise((resolve, reject) => {
      this.waiting = { layout, seeds, resolve, reject };
    });
    if (!this.running) this.work();
    return answer;
  }

  async work() {
    this.running = true;
    while (this.waiting) {
      const { layout, seeds, resolve, reject } = this.waiting;
      this.waiting = null;
      await this.run(layout, seeds).then(resolve, reject);
    }
    this.running = false;
  }

  // Computes on the GPU from now on, if that is as right and faster.
  async tryGpu(layout, seeds) {
    if (!this.facts.webgpu) return;
    // Without one everything stays as it is.
    await this.ask({ ...this.request(layout, seeds), probe: true }).catch(() => {});
  }

  request(layout, seeds) {
    const { divisor, noise } = this.facts, request = padded(layout, divisor);
    if (noise) request.noise = { ...noiseInputs(request, noise, seeds), channels: noise.channels };
    return request;
  }

  async run(layout, seeds) {
    const request = this.request(layout, seeds);
    const { pictures, ...about } = await this.ask(request), { width, height } = layout, pixels = {};
    for (const [name, values] of Object.entries(pictures))
      pixels[name] = cut(values, request.columns, width, height);
    return { width, height, pixels, ...about };
  }

  // One after the other: an answer is that of the last question.
  ask(message, moved = []) {
    const answer = this.last.then(() => this.askNow(message, moved));
    this.last = answer.catch(() => {});
    return answer;
  }

  askNow(message, moved) {
    return new Promise((resolve, reject) => {
      this.worker.onmessage = ({ data }) =>
        "error" in data ? reject(new Error(data.error)) : resolve(data.done);
      this.worker.onerror = (event) => reject(new Error(event.message ?? "the worker does not start"));
      this.worker.postMessage(message, moved);
    });
  }
}

// The upper left part of an RGB picture of a number of columns.
function cut(values, columns, width, height) {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    rgb.set(values.subarray(y * columns * 3, (y * columns + width) * 3), y * width * 3);
  return rgb;
}
