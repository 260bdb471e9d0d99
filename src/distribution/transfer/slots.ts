/** At most so many things at once; the others wait, first come first served. A limit that changes holds from then on. */
export class Slots {
  readonly #waiting: (() => void)[] = [];
  readonly #limit: () => number;
  #taken = 0;

  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** `onWait` is called when all are taken. @throws the signal's reason, also while it waits */
  async run<T>(signal: AbortSignal, onWait: () => void, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#taken < this.#limit()) this.#taken++;
    else {
      onWait();
      await this.#turn(signal);
    }
    try {
      return await work();
    } finally {
      this.#taken--;
      this.#admit();
    }
  }

  #admit(): void {
    while (this.#taken < this.#limit()) {
      const enter = this.#waiting.shift();
      if (enter === undefined) return;
      this.#taken++;
      enter();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = () => {
      this.#waiting.splice(this.#waiting.indexOf(enter), 1);
      reject(signal.reason);
    };
    const enter = () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    this.#waiting.push(enter);
    return promise;
  }
}
