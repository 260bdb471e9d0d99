import type { TransportResponse } from '../../client/transport.ts';
import { readJsonLines } from '../../lib/json-lines.ts';
import { CliError } from '../errors.ts';
import { humanSize } from '../format/units.ts';
import type { Output } from './terminal.ts';

/** One message of a long operation (load, import, pull). */
interface Message {
  readonly stream?: string;
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number; readonly units?: string };
  readonly errorDetail?: { readonly message?: string; readonly code?: number };
  readonly error?: string;
  readonly aux?: unknown;
}

const BAR_WIDTH = 50;
const NARROW_TERMINAL = 110;

/**
 * Shows the messages as they come. On a terminal, what has an ID and a progress keeps a line of its own, which is drawn
 * over; elsewhere progress is left out.
 * @throws CliError with the daemon's text when a message says that the operation failed
 */
export async function showMessages(answer: TransportResponse, out: Output): Promise<void> {
  if (answer.header('content-type')?.startsWith('application/json') === false) {
    for await (const chunk of answer.chunks()) await out.write(chunk);
    return;
  }
  const lineOf = new Map<string, number>();
  for await (const value of readJsonLines(answer.chunks())) {
    const message = value as Message;
    const failure = message.errorDetail?.message ?? message.error;
    if (failure !== undefined) throw new CliError(failure, message.errorDetail?.code || 1);
    if (message.aux === undefined) await showMessage(message, out, lineOf);
  }
}

async function showMessage(message: Message, out: Output, lineOf: Map<string, number>): Promise<void> {
  const { id = '' } = message;
  const progress = progressText(message, out.columns ?? 0);
  if (!out.isTerminal) {
    if (progress === '') await out.write(plainText(message));
    return;
  }
  if (id === '' || message.progressDetail === undefined) {
    lineOf.clear();
    await out.write(plainText(message));
    return;
  }
  let prefix = '';
  let line = lineOf.get(id);
  if (line === undefined) {
    line = lineOf.size;
    lineOf.set(id, line);
    prefix = '\n';
  }
  const up = lineOf.size - line;
  await out.write(`${prefix}\x1b[${up}A\x1b[2K\r${id}: ${message.status ?? ''} ${progress}\r\x1b[${up}B`);
}

function plainText({ id = '', stream = '', status = '' }: Message): string {
  const prefix = id === '' ? '' : `${id}: `;
  return stream === '' ? `${prefix}${status}\n` : prefix + stream;
}

function progressText({ progressDetail }: Message, columns: number): string {
  const { current = 0, total = 0, units = '' } = progressDetail ?? {};
  if (current <= 0 && total <= 0) return '';
  if (total <= 0) return units === '' ? humanSize(current).padStart(8) : `${current} ${units}`;
  const done = Math.min(BAR_WIDTH, Math.trunc(Math.trunc((current / total) * 100) / 2));
  const bar = columns > NARROW_TERMINAL ? `[${'='.repeat(done)}>${' '.repeat(BAR_WIDTH - done)}] ` : '';
  if (units !== '') return `${bar}${current}${current > total ? '' : `/${total}`} ${units}`;
  return bar + humanSize(current).padStart(8) + (current > total ? '' : `/${humanSize(total)}`);
}
