// The layout of a tab that is left or loaded again, kept in the browser: the server may have been
// started anew meanwhile, and strokes painted while it was away are known here only.
window.tabMemory = (() => {
  const KEY = "ecgan_layout", PIECE = 500000;
  // Of a duplicated tab everything but this is that of the first one.
  const tab = () => sessionStorage.__nicegui_tab_id;

  function pack({ ids, image: { width, height } }) {
    const runs = [];
    for (let start = 0, i = 1; i <= ids.length; i++)
      if (ids[i] !== ids[start]) {
        runs.push(ids[start], i - start);
        start = i;
      }
    return JSON.stringify({ tab: tab(), width, height, runs });
  }

  return {
    // Keep the layout of a canvas (a function finds it) whenever the page is left or hidden.
    watch(find) {
      const keep = () => {
        const canvas = find();
        if (!canvas?.ids) return;
        canvas.end();
        try {
          sessionStorage.setItem(KEY, pack(canvas));
        } catch {
          sessionStorage.removeItem(KEY); // it is full
        }
      };
      window.addEventListener("pagehide", keep);
      document.addEventListener("visibilitychange", () => {
        if (document.hidden) keep();
        else sessionStorage.removeItem(KEY);
      });
    },
    // A piece of what is kept, the first one first; "" behind the last.
    piece(index) {
      const kept = sessionStorage.getItem(KEY) ?? "";
      const mine = kept && JSON.parse(kept).tab === tab();
      return mine ? kept.slice(index * PIECE, (index + 1) * PIECE) : "";
    },
    forget: () => sessionStorage.removeItem(KEY),
  };
})();
