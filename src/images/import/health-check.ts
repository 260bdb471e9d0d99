import { invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { parseGoDuration } from '../../lib/go-duration.ts';
import { parseDecimalInteger } from '../../lib/go-numbers.ts';
import { parseCommandForm } from './change-arguments.ts';
import type { ChangeLine } from './change-lines.ts';

const MIN_DURATION_NS = 1_000_000;
const DURATIONS: Readonly<Record<string, string>> = {
  interval: 'Interval',
  timeout: 'Timeout',
  'start-period': 'StartPeriod',
  'start-interval': 'StartInterval',
};

/** An image configuration's `Healthcheck`; times in nanoseconds. @throws invalid_argument with Docker's texts. */
export function parseHealthCheck({ flags, rest }: ChangeLine): object {
  if (rest === '') throw invalidArgument('HEALTHCHECK requires at least one argument');
  const options = parseFlags(flags);
  const [, type = '', command = ''] = /^(\S+)\s*(.*)$/s.exec(rest) ?? [];
  if (type.toUpperCase() === 'NONE') {
    if (command !== '') throw invalidArgument('HEALTHCHECK NONE takes no arguments');
    return { Test: ['NONE'] };
  }
  if (type.toUpperCase() !== 'CMD') {
    throw invalidArgument(`Unknown type ${JSON.stringify(type.toUpperCase())} in HEALTHCHECK (try CMD)`);
  }
  const form = parseCommandForm(command);
  const words = form.kind === 'exec' ? form.list : [form.text].filter((text) => text !== '');
  if (words.length === 0) throw invalidArgument('Missing command after HEALTHCHECK CMD');
  return { Test: [form.kind === 'exec' ? 'CMD' : 'CMD-SHELL', ...words], ...options };
}

function parseFlags(flags: readonly string[]): Record<string, number> {
  const options: Record<string, number> = {};
  for (const flag of flags) {
    const equals = flag.indexOf('=');
    const name = equals < 0 ? flag : flag.slice(0, equals);
    const field = name === 'retries' ? 'Retries' : DURATIONS[name];
    if (field === undefined) throw invalidArgument(`unknown flag: ${name}`);
    if (equals < 0) throw invalidArgument(`missing a value on flag: ${name}`);
    const value = flag.slice(equals + 1);
    if (value === '') continue;
    const number = name === 'retries' ? retries(value) : duration(name, value);
    if (number !== 0) options[field] = number;
  }
  return options;
}

function duration(name: string, value: string): number {
  const nanoseconds = withGoText(() => parseGoDuration(value));
  if (nanoseconds !== 0 && nanoseconds < MIN_DURATION_NS) {
    throw invalidArgument(`Interval ${JSON.stringify(name)} cannot be less than 1ms`);
  }
  return nanoseconds;
}

function retries(value: string): number {
  const count = withGoText(() => parseDecimalInteger(value));
  if (count < 0) throw invalidArgument(`--retries cannot be negative (${count})`);
  return count;
}

function withGoText(work: () => number): number {
  try {
    return work();
  } catch (error) {
    throw invalidArgument(messageOf(error), error);
  }
}
