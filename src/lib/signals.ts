import { constants } from 'node:os';

const SIGRTMIN = 34;
const SIGRTMAX = 64;

const numberByName = new Map<string, number>(
  Object.entries(constants.signals).map(([name, number]) => [name.replace(/^SIG/, ''), number]),
);
numberByName.set('CLD', constants.signals.SIGCHLD);

/** A signal by name in any case, with or without `SIG`, with `RTMIN+n` and `RTMAX-n`, or by number above zero. */
export function parseSignal(text: string): number | undefined {
  if (/^[0-9]+$/.test(text)) return Number(text) > 0 ? Number(text) : undefined;
  const name = text.toUpperCase().replace(/^SIG/, '');
  const realTime = /^RT(?:MIN(?:\+(\d{1,2}))?|MAX(?:-(\d{1,2}))?)$/.exec(name);
  if (realTime === null) return numberByName.get(name);
  const [, above, below] = realTime;
  const number = name.startsWith('RTMIN') ? SIGRTMIN + Number(above ?? 0) : SIGRTMAX - Number(below ?? 0);
  return number >= SIGRTMIN && number <= SIGRTMAX ? number : undefined;
}

/** Whether Linux has a signal of this number. */
export function isLinuxSignal(number: number): boolean {
  return number >= 1 && number <= SIGRTMAX;
}
