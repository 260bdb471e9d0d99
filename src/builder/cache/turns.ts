interface Waiting {
  readonly isShared: boolean;
  readonly begin: () => void;
}

interface Holders {
  shared: number;
  isExclusive: boolean;
  readonly waiting: Waiting[];
}

/** Who may use a thing now: many who share it, or one alone; in the order they came. */
export class Turns {
  readonly #holders = new Map<string, Holders>();

  isTaken(key: string): boolean {
    return this.#holders.has(key);
  }

  takenKeys(): string[] {
    return [...this.#holders.keys()];
  }

  /** @returns ends the turn; called once. @throws the signal's reason, when it comes before the turn. */
  async begin(key: string, isShared: boolean, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const holders = this.#holders.get(key) ?? { shared: 0, isExclusive: false, waiting: [] };
    this.#holders.set(key, holders);
    const isFree = holders.waiting.length === 0 && !holders.isExclusive && (isShared || holders.shared === 0);
    if (isFree) take(holders, isShared);
    else await this.#wait(key, holders, isShared, signal);
    return () => this.#end(key, holders, isShared);
  }

  #wait(key: string, holders: Holders, isShared: boolean, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = {
      isShared,
      begin: () => {
        signal.removeEventListener('abort', leave);
        take(holders, isShared);
        resolve();
      },
    };
    const leave = () => {
      holders.waiting.splice(holders.waiting.indexOf(waiting), 1);
      this.#next(key, holders);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', leave, { once: true });
    holders.waiting.push(waiting);
    return promise;
  }

  #end(key: string, holders: Holders, isShared: boolean): void {
    if (isShared) holders.shared--;
    else holders.isExclusive = false;
    this.#next(key, holders);
  }

  #next(key: string, holders: Holders): void {
    for (;;) {
      const [next] = holders.waiting;
      if (next === undefined || holders.isExclusive || (!next.isShared && holders.shared > 0)) break;
      holders.waiting.shift();
      next.begin();
    }
    if (holders.shared === 0 && !holders.isExclusive && holders.waiting.length === 0) this.#holders.delete(key);
  }
}

function take(holders: Holders, isShared: boolean): void {
  if (isShared) holders.shared++;
  else holders.isExclusive = true;
}
