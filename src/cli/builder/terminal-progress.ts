import { stripVTControlCharacters } from 'node:util';
import type { BuildEvent } from '../../api-types/build.ts';
import type { Output } from '../io/terminal.ts';
import type { BuildDisplay } from './build-display.ts';
import { failureText } from './failure-text.ts';
import { warningText } from './plain-progress.ts';
import { StepLines } from './step-lines.ts';

const REDRAW_MS = 100;
const SHOWN_LINES = 6;
const DEFAULT_COLUMNS = 80;

interface ShownStep {
  readonly name: string;
  readonly beganMs: number;
  readonly lines: StepLines;
  last: string[];
  durationMs: number | undefined;
  mark: string;
}

/** All steps at once, those that go on with their clocks and the last of their output, drawn over and over. */
export class TerminalProgress implements BuildDisplay {
  readonly #out: Output;
  readonly #text: Output;
  readonly #steps = new Map<number, ShownStep>();
  readonly #beganMs = Date.now();
  readonly #timer: NodeJS.Timeout;
  #drawn = 0;
  #failure = '';
  #drawing: Promise<void> = Promise.resolve();

  constructor(out: Output, text: Output) {
    this.#out = out;
    this.#text = text;
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
  }

  async event(event: BuildEvent): Promise<void> {
    if (event.Kind === 'warning') return this.#above(warningText(event));
    if (event.Kind === 'step') {
      const beganMs = Date.now();
      const lines = new StepLines(event.Name, beganMs);
      this.#steps.set(event.Step, { name: event.Name, beganMs, lines, last: [], durationMs: undefined, mark: '' });
      return;
    }
    const step = this.#steps.get(event.Step);
    if (step === undefined) return;
    if (event.Kind === 'output') {
      step.last = [...step.last, ...step.lines.add(event.Text)].slice(-SHOWN_LINES);
      return;
    }
    step.durationMs = event.DurationMs;
    step.mark = markOf(event);
    step.last = [];
    this.#failure += failureText(step.name, event);
  }

  text(text: string): Promise<void> {
    return this.#drawn === 0 ? this.#text.write(text) : this.#above(text);
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    this.#draw();
    await this.#drawing;
    await this.#out.write(plainText(this.#failure));
  }

  async #above(text: string): Promise<void> {
    await this.#drawing;
    await this.#out.write(`${this.#erase()}${text}`);
    this.#drawn = 0;
    this.#draw();
  }

  #erase(): string {
    return this.#drawn === 0 ? '' : `\x1b[${this.#drawn}A\x1b[J`;
  }

  #draw(): void {
    const lines = this.#lines();
    const text = `${this.#erase()}${lines.map((line) => `${line}\n`).join('')}`;
    this.#drawn = lines.length;
    this.#drawing = this.#drawing.then(() => this.#out.write(text));
  }

  /** No more than fit: what is above the top of a terminal cannot be drawn over. Some terminals have no size: 0 by 0. */
  #lines(): string[] {
    if (this.#steps.size === 0) return [];
    const columns = this.#out.columns || DEFAULT_COLUMNS;
    const done = [...this.#steps.values()].filter(({ durationMs }) => durationMs !== undefined).length;
    const seconds = ((Date.now() - this.#beganMs) / 1000).toFixed(1);
    const head = `[+] Building ${seconds}s (${done}/${this.#steps.size})`;
    const body = [...this.#steps.values()].flatMap((step) => stepLines(step, columns));
    const rows = Math.max(2, (this.#out.rows || body.length + 2) - 2);
    return [head, ...body.slice(-rows)];
  }
}

function markOf({ Canceled, Error: error, Cached }: Extract<BuildEvent, { readonly Kind: 'done' }>): string {
  if (Canceled === true) return 'CANCELED ';
  if (error !== undefined) return 'ERROR ';
  return Cached ? 'CACHED ' : '';
}

function stepLines({ name, beganMs, last, durationMs, mark }: ShownStep, columns: number): string[] {
  const time = `${((durationMs ?? Date.now() - beganMs) / 1000).toFixed(1)}s`;
  const width = Math.max(10, columns - time.length - 5);
  const title = fitted(`${mark}${name}`, width);
  const output = last.map((line) => `\x1b[2m => => # ${fitted(line, columns - 12).trimEnd()}\x1b[0m`);
  return [` => ${title} ${time}`, ...output];
}

/** Nothing of a step's output may move the cursor. */
function plainText(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[^\n\P{Cc}]/gu, ' ');
}

function fitted(text: string, width: number): string {
  const plain = plainText(text).replaceAll('\n', ' ');
  return plain.length > width ? `${plain.slice(0, width - 3)}...` : plain.padEnd(width);
}
