import { write as writeCallback, writeSync } from 'node:fs';
import { pause } from '../../lib/pause.ts';
import { isTerminal } from './is-terminal.ts';
import type { Output } from './terminal.ts';

/** Up to this size a write is made at once: the answers of ordinary commands, for which a thread would cost more. */
const SYNCHRONOUS_BYTES = 64 * 1024;
/** A terminal or pipe that another process has set to non-blocking is asked again after this time. */
const RETRY_MS = 2;

/** The reader has gone: the process ends as one that SIGPIPE killed, without a word. */
const SIGPIPE_EXIT_CODE = 141;

/**
 * Writes to a file descriptor in order and completely, whatever it is (file, pipe, socket, terminal). Larger writes
 * happen outside the event loop, so that a slow reader does not keep signals from being handled.
 */
export function fileOutput(fd: number): Output {
  let queue: Promise<void> = Promise.resolve();
  let idle = true;
  const output: Output = {
    get isTerminal() {
      return isTerminal(fd);
    },
    get columns() {
      return size(fd)?.columns;
    },
    get rows() {
      return size(fd)?.rows;
    },
    write(data) {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data;
      const rest = idle && bytes.length <= SYNCHRONOUS_BYTES ? writeNow(fd, bytes) : bytes;
      if (rest.length === 0) return idle ? DONE : queue;
      idle = false;
      const turn = queue.then(() => writeAll(fd, rest));
      queue = turn;
      return turn.then(() => {
        if (queue === turn) idle = true;
      });
    },
  };
  return output;
}

const DONE: Promise<void> = Promise.resolve();

/** Answers what could not be written without waiting. */
function writeNow(fd: number, bytes: Uint8Array): Uint8Array {
  let rest = bytes;
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
  } catch (error) {
    handle(error);
  }
  return rest;
}

async function writeAll(fd: number, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) {
    const written = await writeSome(fd, rest);
    if (written === 0) await pause(RETRY_MS);
    rest = rest.subarray(written);
  }
}

function writeSome(fd: number, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    writeCallback(fd, bytes, (error, written) => {
      if (error === null) return resolve(written);
      try {
        handle(error);
        resolve(0);
      } catch (fatal) {
        reject(fatal);
      }
    });
  });
}

function handle(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EAGAIN') return;
  if (code === 'EPIPE') process.exit(SIGPIPE_EXIT_CODE);
  throw error;
}

function size(fd: number): { columns: number; rows: number } | undefined {
  if (!isTerminal(fd)) return undefined;
  const [columns, rows] = (fd === 2 ? process.stderr : process.stdout).getWindowSize();
  return { columns, rows };
}
