import type { Readable } from 'node:stream';
import { internalError } from '../../errors/engine-error.ts';
import type { Syscalls } from '../syscalls.ts';
import { launch } from './launch.ts';

/** A program may complain of each of a million files; the first ones tell what is the matter. */
const KEPT_BYTES = 16 * 1024;

/**
 * Runs a program to its end, by `launch`: for those that take long and say nothing unless something is wrong. It goes on
 * when this process ends. `file` is absolute.
 * @throws internal when it cannot be started or ends with anything but 0, with what it wrote to standard error.
 */
export async function runProgram(syscalls: Syscalls, file: string, args: readonly string[]): Promise<void> {
  const { streams, exited } = await launch(syscalls, { file, args, directory: '/', env: {}, streams: 1 });
  const [complaints, code] = await Promise.all([Promise.all(streams.map(startOf)), exited]);
  if (code !== 0) throw internalError(`${file} ended with ${code}: ${complaints.join('').trim()}`);
}

async function startOf(stream: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let keptBytes = 0;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    const kept = piece.subarray(0, KEPT_BYTES - keptBytes);
    keptBytes += kept.length;
    pieces.push(kept);
  }
  return Buffer.concat(pieces).toString();
}
