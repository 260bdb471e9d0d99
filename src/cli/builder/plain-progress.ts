import type { BuildEvent } from '../../api-types/build.ts';
import type { Output } from '../io/terminal.ts';
import type { BuildDisplay } from './build-display.ts';
import { failureText } from './failure-text.ts';
import { StepLines } from './step-lines.ts';

/** One line after the other, each with its step's number, as docker's `--progress=plain`. */
export class PlainProgress implements BuildDisplay {
  readonly #out: Output;
  readonly #text: Output;
  readonly #steps = new Map<number, StepLines>();
  #current: number | undefined;
  #failure = '';

  constructor(out: Output, text: Output) {
    this.#out = out;
    this.#text = text;
  }

  async event(event: BuildEvent): Promise<void> {
    if (event.Kind === 'warning') return this.#out.write(warningText(event));
    const number = event.Step + 1;
    if (event.Kind === 'step') {
      this.#steps.set(event.Step, new StepLines(event.Name, Date.now()));
      return this.#say(number, `#${number} ${event.Name}\n`);
    }
    const step = this.#steps.get(event.Step);
    if (event.Kind === 'output') {
      const lines = step?.add(event.Text) ?? [];
      return this.#say(number, lines.map((line) => `#${number} ${line}\n`).join(''));
    }
    const rest = (step?.flush() ?? []).map((line) => `#${number} ${line}\n`).join('');
    this.#failure += failureText(step?.name ?? '', event);
    return this.#say(number, `${rest}#${number} ${endOf(event)}\n`);
  }

  text(text: string): Promise<void> {
    return this.#text.write(text);
  }

  async end(): Promise<void> {
    await this.#out.write(this.#failure);
  }

  /** Another step's lines begin with an empty one. */
  async #say(step: number, text: string): Promise<void> {
    if (text === '') return;
    const isOther = this.#current !== undefined && this.#current !== step;
    this.#current = step;
    await this.#out.write(isOther ? `\n${text}` : text);
  }
}

function endOf(event: Extract<BuildEvent, { readonly Kind: 'done' }>): string {
  if (event.Canceled === true) return 'CANCELED';
  if (event.Error !== undefined) return `ERROR: ${event.Error.split('\n', 1)[0] ?? ''}`;
  return event.Cached ? 'CACHED' : `DONE ${(event.DurationMs / 1000).toFixed(1)}s`;
}

export function warningText({ Rule, Message, Line }: Extract<BuildEvent, { readonly Kind: 'warning' }>): string {
  return `WARNING: ${Rule === '' ? '' : `${Rule}: `}${Message}${Line === 0 ? '' : ` (line ${Line})`}\n`;
}
