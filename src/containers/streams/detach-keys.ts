import { type EngineError, invalidArgument } from '../../errors/engine-error.ts';

const CONTROL = '@abcdefghijklmnopqrstuvwxyz[\\]^_';
/** Ctrl-p, ctrl-q. */
const DEFAULT_KEYS: readonly number[] = [16, 17];

/** The bytes of `ctrl-p,ctrl-q` or `a,b`; the default for an empty text. `refuse` makes the error for what is none. */
export function parseDetachKeys(
  text: string,
  refuse: (message: string) => EngineError = invalidArgument,
): readonly number[] {
  if (text === '') return DEFAULT_KEYS;
  return text.split(',').map((key) => {
    if (key.length === 1) return key.charCodeAt(0);
    const control = /^ctrl-(.)$/.exec(key)?.[1];
    const code = control === undefined ? -1 : CONTROL.indexOf(control);
    if (code < 0) throw refuse(`Invalid detach keys (${text}) provided`);
    return code;
  });
}

/**
 * Looks for the detach keys in what a terminal's client types. The beginning of a match is held back, also over the ends
 * of chunks, and goes on its way when the next key does not continue it.
 */
export class DetachScanner {
  readonly #keys: readonly number[];
  #matched = 0;

  constructor(keys: readonly number[]) {
    this.#keys = keys;
  }

  /** What to pass on of `chunk`; `detached` ends the session, and nothing after the keys counts. */
  scan(chunk: Uint8Array): { readonly forward: Buffer; readonly detached: boolean } {
    const forward: number[] = [];
    for (const byte of chunk) {
      if (byte === this.#keys[this.#matched]) {
        this.#matched++;
        if (this.#matched === this.#keys.length) return { forward: Buffer.from(forward), detached: true };
        continue;
      }
      forward.push(...this.#keys.slice(0, this.#matched));
      this.#matched = byte === this.#keys[0] ? 1 : 0;
      if (this.#matched === 0) forward.push(byte);
    }
    return { forward: Buffer.from(forward), detached: false };
  }
}
