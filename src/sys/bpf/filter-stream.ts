import { spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { EngineError, invalidArgument } from '../../errors/engine-error.ts';

const STDERR_LIMIT = 4096;

/**
 * What a program makes of a stream, such as `xz -dc`. The program ends with the reader, whenever that stops; errors of the
 * source come through as they are.
 * @throws invalid_argument with the program's words when it does not like the stream, unavailable when it is not installed
 */
export async function* filterStream(
  program: string,
  args: readonly string[],
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(0, STDERR_LIMIT)));
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => undefined); // the reader may stop before
  child.on('error', () => {
    ended.reject(new EngineError('unavailable', `exec: "${program}": executable file not found in $PATH`));
  });
  child.on('close', (code) => {
    if (code === 0) ended.resolve();
    else ended.reject(invalidArgument(words.trim() || `${program} ended with ${code ?? 'a signal'}`));
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
  return (
    error instanceof Error && 'code' in error && ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code))
  );
}
