// The list of what can be painted: choose by click or key, search where it is long.
const LONG_LIST = 20;

export class LabelList {
  // labels: [id, name, r, g, b] each; keys: the key of each, "" for none.
  constructor({ labels, keys }, onChoose) {
    this.onChoose = onChoose;
    this.buttons = labels.map(([id, name, ...rgb], index) => {
      const button = document.createElement("button"), colour = document.createElement("i");
      button.className = "paint-label";
      colour.style.background = `rgb(${rgb})`;
      button.append(colour, element("b", name));
      if (keys[index]) button.append(element("kbd", keys[index].toUpperCase()));
      button.addEventListener("click", () => this.choose(id));
      Object.assign(button, { label: id, words: name.toLowerCase(), shortcut: keys[index] });
      return button;
    });
    document.getElementById("labels").append(...this.buttons);
    const search = document.getElementById("search");
    search.hidden = labels.length <= LONG_LIST;
    search.addEventListener("input", () => {
      for (const button of this.buttons)
        button.hidden = !button.words.includes(search.value.toLowerCase());
    });
    this.choose(labels[0][0]);
  }

  choose(id) {
    this.chosen = id;
    for (const button of this.buttons) button.setAttribute("aria-pressed", button.label === id);
    this.onChoose(id);
  }

  // Whether a key is that of a label, which is chosen then.
  take(key) {
    const found = this.buttons.find(({ shortcut }) => shortcut && shortcut === key);
    if (found) this.choose(found.label);
    return Boolean(found);
  }
}

function element(tag, text) {
  return Object.assign(document.createElement(tag), { textContent: text });
}
