/** ctrl-p, ctrl-q. */
export const DEFAULT_DETACH_KEYS: readonly number[] = [16, 17];

const CONTROL_NAMES: Readonly<Record<string, number>> = { '@': 0, '[': 27, '\\': 28, ']': 29, '^': 30, _: 31 };

/**
 * The bytes of a sequence such as `ctrl-p,ctrl-q` or `ctrl-a,d`.
 * @throws Error with docker's text
 */
export function parseDetachKeys(text: string): number[] {
  return text.split(',').map((key) => {
    if (key.length === 1) return key.charCodeAt(0);
    const name = key.toLowerCase().startsWith('ctrl-') ? key.toLowerCase().slice('ctrl-'.length) : '';
    if (/^[a-z]$/.test(name)) return name.charCodeAt(0) - 'a'.charCodeAt(0) + 1;
    const code = CONTROL_NAMES[name];
    if (code === undefined) throw new Error(`Unknown character: '${key}'`);
    return code;
  });
}

export interface Scanned {
  /** What goes on to the container. */
  readonly data: Uint8Array;
  readonly detached: boolean;
}

/**
 * Looks for the sequence in a stream of input. Keys that begin the sequence are held back until it is clear that the
 * rest does not follow; then they go on with what came instead.
 */
export class DetachScanner {
  readonly #keys: readonly number[];
  #matched = 0;

  constructor(keys: readonly number[]) {
    this.#keys = keys;
  }

  scan(chunk: Uint8Array): Scanned {
    if (this.#keys.length === 0) return { data: chunk, detached: false };
    const passed: number[] = [];
    for (const byte of chunk) {
      if (byte === this.#keys[this.#matched]) {
        this.#matched += 1;
        if (this.#matched === this.#keys.length) return { data: Uint8Array.from(passed), detached: true };
        continue;
      }
      passed.push(...this.#keys.slice(0, this.#matched));
      this.#matched = byte === this.#keys[0] ? 1 : 0;
      if (this.#matched === 0) passed.push(byte);
    }
    return { data: Uint8Array.from(passed), detached: false };
  }
}
