// Which of the many pictures of a layout: as the page with a server counts them.
export class SeedChoice {
  first = 0;
  anew = new Map();

  another() {
    this.first = this.next();
    this.anew.clear();
  }

  classAnew(id) {
    this.anew.set(id, this.next());
  }

  next() {
    return Math.max(this.first, 0, ...this.anew.values()) + 1;
  }

  // A copy: it may change while the request waits.
  now() {
    return { first: this.first, anew: new Map(this.anew) };
  }
}
