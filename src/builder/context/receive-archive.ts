import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EngineError, type ErrorKind, internalError } from '../../errors/engine-error.ts';
import { detectCompression } from '../../layers/compression.ts';
import { decompressorOf, MAGIC_BYTES } from '../../layers/decompressor.ts';
import type { SpoolFiles } from '../../layers/make/make-message.ts';
import { spoolArchive } from '../../layers/spool/spool-archive.ts';
import type { SpoolEntry } from '../../layers/spool/spool-entry.ts';
import { formatSpoolEntry, parseSpoolEntry } from '../../layers/spool/spool-entry.ts';
import { requirePipes } from '../../lib/require-pipes.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { SpoolTree } from './spool-tree.ts';

const PROGRAM = fileURLToPath(new URL('./spool-process.ts', import.meta.url));
/** What is smaller, and not compressed, is taken in by the daemon itself: starting a process takes longer. */
const SMALL_BYTES = 4 * 1024 * 1024;
const ENTRIES_AT_ONCE = 2000;

export interface SpoolPlaces {
  readonly directory: string;
  /** On a tmpfs. */
  readonly memoryDirectory: string;
  readonly compileCache: string;
}

/** A place for a new spool in `directory`, which is made where it is missing. */
export async function newSpool(directory: string): Promise<SpoolFiles> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const name = join(directory, randomBytes(8).toString('hex'));
  return { data: `${name}.data`, index: `${name}.index` };
}

/**
 * Takes an archive in: a tar, plain or compressed. It is read to its end.
 * A small one is kept in memory. @throws invalid_argument for a broken archive. What was made until then stays in the
 * places, which are the caller's.
 */
export async function receiveArchive(archive: AsyncIterable<Uint8Array>, places: SpoolPlaces): Promise<SpoolTree> {
  const source = archive[Symbol.asyncIterator]();
  const start = await takeStart(source);
  const whole = wholeOf(start.pieces, source);
  // Little compressed data may be very much.
  if (!start.hasEnded || isCompressed(magicOf(start.pieces))) {
    const files = await newSpool(places.directory);
    await spoolByProcess(whole, files, places.compileCache);
    return readSpool(files);
  }
  const files = await newSpool(places.memoryDirectory);
  const entries = await spoolArchive(whole, files.data);
  await writeFile(files.index, entries.map(formatSpoolEntry).join(''), { mode: 0o600 });
  return new SpoolTree(files, entries);
}

function magicOf(pieces: readonly Uint8Array[]): Buffer {
  const magic: number[] = [];
  for (const piece of pieces) {
    magic.push(...piece.subarray(0, MAGIC_BYTES - magic.length));
    if (magic.length === MAGIC_BYTES) break;
  }
  return Buffer.from(magic);
}

function isCompressed(start: Uint8Array): boolean {
  return decompressorOf(start) !== undefined || detectCompression(start) !== 'none';
}

/** A spool that another process has made. */
export async function readSpool(files: SpoolFiles): Promise<SpoolTree> {
  const entries: SpoolEntry[] = [];
  for (const line of (await readFile(files.index, 'utf8')).split('\n')) {
    if (line !== '') entries.push(parseSpoolEntry(line));
    if (entries.length % ENTRIES_AT_ONCE === 0) await setImmediate();
  }
  return new SpoolTree(files, entries);
}

async function takeStart(
  source: AsyncIterator<Uint8Array>,
): Promise<{ readonly pieces: readonly Uint8Array[]; readonly hasEnded: boolean }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < SMALL_BYTES) {
    const next = await source.next();
    if (next.done === true) return { pieces, hasEnded: true };
    pieces.push(next.value);
    length += next.value.length;
  }
  return { pieces, hasEnded: false };
}

async function* wholeOf(start: readonly Uint8Array[], source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* start;
    for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
  } finally {
    await source.return?.();
  }
}

async function spoolByProcess(
  archive: AsyncIterable<Uint8Array>,
  files: SpoolFiles,
  compileCache: string,
): Promise<void> {
  const started = spawn(process.execPath, [PROGRAM, files.data, files.index], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  });
  const child = requirePipes(started, 'reading the build context');
  const { promise: ended, resolve } = Promise.withResolvers<number | NodeJS.Signals | Error | null>();
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.on('error', resolve);
  child.on('close', (code, signal) => resolve(signal ?? code));
  try {
    await pipeline(Readable.from(archive, { objectMode: false }), child.stdin);
  } catch (error) {
    // A pipe that broke because the process has refused the rest: its answer says why.
    if (!isBrokenPipe(error)) {
      child.kill('SIGKILL');
      await ended;
      throw error;
    }
  }
  const status = await ended;
  if (status === 0) return;
  if (out === '') throw internalError(`reading the build context failed (${String(status)}): ${err.trim()}`);
  const { kind, message } = JSON.parse(out) as { kind: ErrorKind; message: string };
  throw new EngineError(kind, message);
}

function isBrokenPipe(error: unknown): boolean {
  return hasErrorCode(error, 'EPIPE', 'ECONNRESET');
}
