import { StringDecoder } from 'node:string_decoder';

const MOST_LINES = 20;
const LONGEST_LINE = 1000;

/** Remembers the end of an output. */
export class LastLines {
  readonly #decoder = new StringDecoder('utf8');
  #lines: string[] = [];
  #rest = '';

  add(data: Buffer): void {
    const lines = `${this.#rest}${this.#decoder.write(data)}`.split('\n');
    this.#rest = (lines.pop() ?? '').slice(-LONGEST_LINE);
    this.#lines = [...this.#lines, ...lines.map((line) => line.slice(0, LONGEST_LINE))].slice(-MOST_LINES);
  }

  lines(): string[] {
    return this.#rest === '' ? this.#lines : [...this.#lines, this.#rest].slice(-MOST_LINES);
  }
}
