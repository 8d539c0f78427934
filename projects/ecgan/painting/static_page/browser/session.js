// The layout that is painted on, and what was done to it: as session.py of the page with a server.
// A layout is {width, height, ids}, ids row by row in a Uint16Array that is never changed.
const MAX_STEPS = 100;
const MAX_HISTORY_BYTES = 16 * 2 ** 20;

export class LayoutSession {
  constructor(layout) {
    this.layout = layout;
    this.past = [];
    this.future = [];
  }

  // Each change returns whether it changed anything.
  // runs: start and length of each run of pixels, one after the other.
  paint(runs, label) {
    const ids = this.layout.ids.slice();
    for (let i = 0; i < runs.length; i += 2) ids.fill(label, runs[i], runs[i] + runs[i + 1]);
    return this.replace({ ...this.layout, ids });
  }

  // The connected region (4 neighbours) of one class around a pixel.
  fill(x, y, label) {
    const { width, height } = this.layout, ids = this.layout.ids.slice();
    const old = ids[y * width + x], waiting = [y * width + x];
    while (old !== label && waiting.length) {
      const at = waiting.pop();
      if (ids[at] !== old) continue;
      ids[at] = label;
      const column = at % width, row = (at - column) / width;
      if (column > 0) waiting.push(at - 1);
      if (column < width - 1) waiting.push(at + 1);
      if (row > 0) waiting.push(at - width);
      if (row < height - 1) waiting.push(at + width);
    }
    return this.replace({ ...this.layout, ids });
  }

  replace(layout) {
    if (sameLayout(layout, this.layout)) return false;
    this.past.push(this.layout);
    this.future = [];
    this.layout = layout;
    const size = () => this.past.reduce((sum, { ids }) => sum + ids.byteLength, 0);
    while (this.past.length > MAX_STEPS || size() > MAX_HISTORY_BYTES) this.past.shift();
    return true;
  }

  undo() {
    return this.step(this.past, this.future);
  }

  redo() {
    return this.step(this.future, this.past);
  }

  step(source, target) {
    if (!source.length) return false;
    target.push(this.layout);
    this.layout = source.pop();
    return true;
  }
}

function sameLayout(one, other) {
  return (
    one.width === other.width &&
    one.height === other.height &&
    one.ids.every((id, i) => id === other.ids[i])
  );
}
