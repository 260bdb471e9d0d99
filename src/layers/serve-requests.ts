import { openSync, writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { type ErrorKind, isEngineError, messageOf } from '../errors/engine-error.ts';
import type { LinuxSyscalls } from '../sys/linux.ts';

/** What such a program answers to a request that failed. */
export interface FailedReply {
  readonly failed: { readonly kind: ErrorKind; readonly message: string };
}

/**
 * The life of a program that works for the daemon: each line of its standard input is a request, answered by a line
 * before the next one may come. It ends when its standard input does, also in the middle of a request: when the daemon
 * dies, nothing goes on writing into what the next daemon sweeps.
 */
export function serveRequests<Request>(perform: (request: Request) => Promise<object>): void {
  // Node would keep its compiled code at exit otherwise, when all paths may mean something else.
  flushCompileCache();
  process.umask(0);
  let line = '';
  process.stdin
    .setEncoding('utf8')
    .on('end', () => process.exit(0))
    .on('data', (text: string) => {
      line += text;
      if (!line.endsWith('\n')) return;
      void answer(perform, line);
      line = '';
    });
}

/** Never rejects. */
async function answer<Request>(perform: (request: Request) => Promise<object>, line: string): Promise<void> {
  try {
    tell(await perform(JSON.parse(line) as Request));
  } catch (error) {
    const kind = isEngineError(error) ? error.kind : 'internal';
    tell({ failed: { kind, message: messageOf(error) } } satisfies FailedReply);
  }
}

/** One line to the daemon; it may be told of a request's progress before the answer. */
export function tell(reply: object): void {
  writeSync(1, `${JSON.stringify(reply)}\n`);
}

/** Makes a tree the root directory of this process while `work` goes on: not even a mistake in it reaches elsewhere. */
export function insideRoots(sys: LinuxSyscalls): <T>(root: string, work: () => Promise<T>) => Promise<T> {
  const hostRoot = openSync('/', 'r');
  return async (root, work) => {
    sys.chroot(root);
    process.chdir('/');
    try {
      return await work();
    } finally {
      sys.changeDirectory(hostRoot);
      sys.chroot('.');
    }
  };
}
