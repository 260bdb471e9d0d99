/** What a step has written, line by line, each with the seconds since the step began. */
export class StepLines {
  readonly name: string;
  readonly #beganMs: number;
  #rest = '';

  constructor(name: string, beganMs: number) {
    this.name = name;
    this.#beganMs = beganMs;
  }

  /** The lines that are whole now. Of a line that is drawn over, the last state counts. */
  add(text: string): string[] {
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.map((line) => this.#stamped(line));
  }

  flush(): string[] {
    const rest = this.#rest;
    this.#rest = '';
    return rest === '' ? [] : [this.#stamped(rest)];
  }

  #stamped(line: string): string {
    const shown = line.replace(/\r$/, '').split('\r').at(-1) ?? '';
    return `${((Date.now() - this.#beganMs) / 1000).toFixed(3)} ${shown}`;
  }
}
