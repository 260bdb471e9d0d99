import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { invalidArgument } from '../errors/engine-error.ts';

/** Compressions that only programs of the host's know, by the first bytes. */
const PROGRAMS: readonly (readonly [magic: string, program: string])[] = [
  ['425a68', 'bzip2'],
  ['fd377a585a00', 'xz'],
];

/** The program that unpacks what begins like this, if one is needed. */
export function decompressorOf(start: Uint8Array): string | undefined {
  const magic = Buffer.from(start.subarray(0, 6)).toString('hex');
  return PROGRAMS.find(([known]) => magic.startsWith(known))?.[1];
}

/** What the program makes of the source. @throws invalid_argument where the host lacks it, or the data are damaged. */
export async function* decompressByProgram(
  source: AsyncIterable<Uint8Array>,
  program: string,
): AsyncGenerator<Uint8Array> {
  const child = spawn(program, ['-dc'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const { promise: ended, resolve } = Promise.withResolvers<number | string | null>();
  child.on('error', (error) => resolve(error.message));
  child.on('close', (code, signal) => resolve(signal ?? code));
  const complaint = text(child.stderr);
  // A program that refuses the rest tells why by itself.
  const fed = pipeline(Readable.from(source, { objectMode: false }), child.stdin).catch(() => undefined);
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const status = await ended;
    if (status === 0) return;
    const reason = typeof status === 'string' ? status : (await complaint).trim();
    throw invalidArgument(`an archive cannot be unpacked by ${program}: ${reason}`);
  } finally {
    child.kill('SIGKILL');
    await fed;
  }
}
