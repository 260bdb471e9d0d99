import { invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { formatGoDuration, parseGoDuration } from '../../lib/go-duration.ts';
import { parseDecimalInteger } from '../../lib/go-numbers.ts';
import { isSpace, trimLeadingSpace } from './characters.ts';
import type { HealthcheckCommand, HealthcheckConfig } from './command.ts';
import type { Instruction } from './dockerfile.ts';
import type { Flags } from './flags.ts';
import { parseFlags } from './flags.ts';
import { parseCommandLine } from './parse-run.ts';

const SHORTEST_NS = 1_000_000;
const TIMES = {
  Interval: 'interval',
  Timeout: 'timeout',
  StartPeriod: 'start-period',
  StartInterval: 'start-interval',
} as const;

/** `HEALTHCHECK NONE` or `HEALTHCHECK [flags] CMD command`. */
export function parseHealthcheck(instruction: Instruction): HealthcheckCommand {
  const { rest } = instruction;
  let end = 0;
  while (end < rest.length && !isSpace(rest.charAt(end))) end++;
  if (end === 0) throw invalidArgument('HEALTHCHECK requires at least one argument');
  const type = rest.slice(0, end).toUpperCase();
  const command = trimLeadingSpace(rest.slice(end));
  const line = parseCommandLine(command);
  if (type === 'NONE') {
    if (command !== '') throw invalidArgument('HEALTHCHECK NONE takes no arguments');
    return { kind: 'healthcheck', instruction, config: { Test: ['NONE'] } };
  }
  const flags = parseFlags(instruction.flags, {
    interval: 'text',
    timeout: 'text',
    'start-period': 'text',
    'start-interval': 'text',
    retries: 'text',
  });
  if (type !== 'CMD') throw invalidArgument(`Unknown type ${JSON.stringify(type)} in HEALTHCHECK (try CMD)`);
  if (line.words.length === 0) throw invalidArgument('Missing command after HEALTHCHECK CMD');
  const Test = [line.isShell ? 'CMD-SHELL' : 'CMD', ...line.words];
  return { kind: 'healthcheck', instruction, config: { Test, ...timesOf(flags), ...retriesOf(flags) } };
}

function timesOf(flags: Flags): Omit<HealthcheckConfig, 'Test' | 'Retries'> {
  const times: [string, number][] = [];
  for (const [field, name] of Object.entries(TIMES)) {
    const written = flags.text(name) ?? '';
    const time = written === '' ? 0 : goValue(() => parseGoDuration(written));
    if (time === 0) continue;
    if (time < SHORTEST_NS) {
      const shortest = formatGoDuration(SHORTEST_NS);
      throw invalidArgument(`Interval ${JSON.stringify(name)} cannot be less than ${shortest}`);
    }
    times.push([field, time]);
  }
  return Object.fromEntries(times);
}

function retriesOf(flags: Flags): { readonly Retries?: number } {
  const written = flags.text('retries') ?? '';
  if (written === '') return {};
  const retries = goValue(() => parseDecimalInteger(written));
  if (retries < 0) throw invalidArgument(`--retries cannot be negative (${retries})`);
  if (retries >= 2 ** 31) {
    throw invalidArgument(`strconv.ParseInt: parsing ${JSON.stringify(written)}: value out of range`);
  }
  return retries === 0 ? {} : { Retries: retries };
}

function goValue(parse: () => number): number {
  try {
    return parse();
  } catch (error) {
    throw invalidArgument(messageOf(error), error);
  }
}
