/**
 * The program that writes the tar of a tree to its standard output, in a process of its own, so that blocking calls
 * are fine. Its first argument is a `TarTreeRequest` as JSON. What went wrong is on its standard error, and its exit
 * status is not 0 then.
 */
import { writeSync } from 'node:fs';
import { messageOf } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { LinuxSyscalls } from '../../sys/linux.ts';
import { tarTree } from './tar-tree.ts';

export interface TarTreeRequest {
  readonly root: string;
  readonly whiteouts: boolean;
}

const FLUSH_BYTES = 64 * 1024;

function main(request: TarTreeRequest): void {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const flush = () => {
    const bytes = pending.length === 1 && pending[0] !== undefined ? pending[0] : Buffer.concat(pending);
    for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done);
    [pending, pendingBytes] = [[], 0];
  };
  for (const piece of tarTree(new LinuxSyscalls(), request.root, { whiteouts: request.whiteouts })) {
    pending.push(piece);
    pendingBytes += piece.length;
    if (pendingBytes >= FLUSH_BYTES) flush();
  }
  flush();
}

try {
  main(JSON.parse(process.argv[2] ?? '') as TarTreeRequest);
} catch (error) {
  // The reader went away: nobody is left to be told.
  if (!hasErrorCode(error, 'EPIPE')) writeSync(2, messageOf(error));
  process.exitCode = 1;
}
