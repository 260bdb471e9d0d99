/** Which port comes next for those who take any: in turn, so that one that has just become free is the last. */
export class AnyPort {
  readonly #range: () => { readonly first: number; readonly last: number };
  readonly #last = new Map<string, number>();

  constructor(range: () => { readonly first: number; readonly last: number }) {
    this.#range = range;
  }

  /** Every port of the range once; the one that the caller stops at counts as used. */
  *next(protocol: string): Generator<number> {
    const { first, last } = this.#range();
    const count = last - first + 1;
    const start = this.#last.get(protocol) ?? first - 1;
    for (let step = 1; step <= count; step++) {
      const port = first + ((((start + step - first) % count) + count) % count);
      this.#last.set(protocol, port);
      yield port;
    }
  }
}
