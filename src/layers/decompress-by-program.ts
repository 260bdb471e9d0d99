import { spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { EngineError, invalidArgument } from '../errors/engine-error.ts';
import { requirePipes } from '../lib/require-pipes.ts';
import { hasErrorCode } from '../lib/system-error.ts';

const STDERR_LIMIT = 4096;

/**
 * A stream without the compression that a program of the host's knows. The program ends with the reader, whenever that
 * stops; errors of the source come through as they are.
 * @throws invalid_argument with the program's words when the stream is damaged, unavailable when it is not installed
 */
export async function* decompressByProgram(
  program: string,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const child = requirePipes(spawn(program, ['-dc'], { stdio: ['pipe', 'pipe', 'pipe'] }), program);
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(0, STDERR_LIMIT)));
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => undefined); // the reader may stop before
  child.on('error', (error) => {
    ended.reject(new EngineError('unavailable', `${program} cannot be started: ${error.message}`, { cause: error }));
  });
  child.on('close', (code, signal) => {
    if (code === 0) return ended.resolve();
    const reason = words.trim() || (signal ?? `exit status ${code}`);
    ended.reject(invalidArgument(`an archive cannot be unpacked by ${program}: ${reason}`));
  });
  // A program that ends before it has read everything breaks the pipe: its own words tell more then.
  const feeding = pipeline(source, child.stdin).catch((error: unknown) => {
    if (!isBrokenPipe(error)) throw error;
  });
  feeding.catch(() => undefined); // the reader may stop before
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    await feeding;
    await ended.promise;
  } finally {
    child.kill('SIGKILL');
  }
}

function isBrokenPipe(error: unknown): boolean {
  return hasErrorCode(error, 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE');
}
