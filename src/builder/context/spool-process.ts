/**
 * The program that takes a build's context in, from its standard input, in a process of its own: it may be large, and
 * packed in any way. Its arguments are the paths of the spool that it makes. What went wrong is on its standard output
 * as JSON, and its exit status is not 0 then. Nothing in the archive is made on disk as a file of its own.
 */
import { readSync, writeFileSync, writeSync } from 'node:fs';
import { isEngineError, messageOf } from '../../errors/engine-error.ts';
import { decodeArchive } from '../../layers/decode-archive.ts';
import { spoolArchive } from '../../layers/spool/spool-archive.ts';
import { formatSpoolEntry } from '../../layers/spool/spool-entry.ts';

const READ_BYTES = 1024 * 1024;

async function* standardInput(): AsyncGenerator<Buffer> {
  for (;;) {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const length = readSync(0, buffer, 0, READ_BYTES, null);
    if (length === 0) return;
    yield buffer.subarray(0, length);
  }
}

const [data = '', index = ''] = process.argv.slice(2);
try {
  const entries = await spoolArchive(decodeArchive(standardInput()), data);
  writeFileSync(index, entries.map(formatSpoolEntry).join(''), { mode: 0o600 });
} catch (error) {
  const kind = isEngineError(error) ? error.kind : 'internal';
  writeSync(1, JSON.stringify({ kind, message: messageOf(error) }));
  process.exitCode = 1;
}
