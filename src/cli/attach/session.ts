import type { Attached } from '../../client/attach.ts';
import type { Terminal } from '../io/terminal.ts';
import { DEFAULT_DETACH_KEYS, DetachScanner, parseDetachKeys } from './detach-keys.ts';
import { showFrames } from './show-frames.ts';

export interface SessionOptions {
  readonly tty: boolean;
  readonly stdin: boolean;
  /** Which outputs the user wants to see. */
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly detachKeys: string;
}

export type SessionEnd = 'closed' | 'detached';

/**
 * Joins our streams to the attached ones until the other side closes its output or the user detaches. The end of our
 * input half-closes the connection, the output goes on. Our terminal is as it was before when this returns or throws.
 */
export async function runSession(attached: Attached, io: Terminal, options: SessionOptions): Promise<SessionEnd> {
  const raw = options.tty && options.stdin && attached.input !== undefined;
  const restore = raw ? io.stdin.makeRaw() : () => undefined;
  process.once('exit', restore);
  try {
    const output = pumpOutput(attached, io, options);
    const ends: Promise<SessionEnd>[] = [output.then(() => 'closed' as const)];
    if (attached.input !== undefined && options.stdin) ends.push(pumpInput(attached.input, io, options));
    return await Promise.race(ends);
  } finally {
    process.off('exit', restore);
    restore();
    attached.close();
  }
}

async function pumpOutput(attached: Attached, io: Terminal, options: SessionOptions): Promise<void> {
  if (options.tty) {
    for await (const chunk of attached.output()) await io.stdout.write(chunk);
    return;
  }
  await showFrames(attached.output(), io, options);
}

/** Settles only when the user detaches: at the end of input the output decides. */
async function pumpInput(
  input: NonNullable<Attached['input']>,
  io: Terminal,
  options: SessionOptions,
): Promise<SessionEnd> {
  const scanner = options.tty ? new DetachScanner(keysOf(options.detachKeys)) : undefined;
  for await (const chunk of io.stdin.chunks()) {
    const { data, detached } = scanner?.scan(chunk) ?? { data: chunk, detached: false };
    const isTaken = data.length === 0 || (await input.write(data));
    if (detached) return 'detached';
    if (!isTaken) break;
  }
  input.closeWrite();
  return await new Promise<never>(() => undefined);
}

/** A sequence that cannot be understood falls back to docker's own, as docker does. */
function keysOf(text: string): readonly number[] {
  if (text === '') return DEFAULT_DETACH_KEYS;
  try {
    return parseDetachKeys(text);
  } catch {
    return DEFAULT_DETACH_KEYS;
  }
}
