import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Wall time of a whole process in milliseconds. Its output is thrown away; another exit status than 0 is an error. */
export async function timeCommand(file: string, args: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const [status] = (await once(child, 'close')) as [number | null];
  const milliseconds = performance.now() - started;
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${status}: ${Buffer.concat(errors).toString().trim()}`);
  return milliseconds;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
