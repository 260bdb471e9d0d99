/**
 * The program that makes layers of files, and files of layers, one request after another, in a process of its own: it
 * may use blocking calls, and while it works in a tree its root directory is that tree, so that not even a mistake in
 * here could reach elsewhere. Each line of its standard input is a request, which it answers by a line. It ends when
 * its standard input does, also in the middle of a request: when the daemon dies, nothing goes on writing into what the
 * next daemon sweeps.
 */
import { closeSync, fstatSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { isEngineError, messageOf } from '../../errors/engine-error.ts';
import { LinuxSyscalls } from '../../sys/linux.ts';
import { formatSpoolEntry } from '../spool/spool-entry.ts';
import { SpoolWriter } from '../spool/spool-writer.ts';
import { applyOnto } from './apply-onto.ts';
import { closeSpools, fillTree, openSpools } from './fill-tree.ts';
import type { ApplyRequest, FillRequest, MakeReply, MakeRequest, PackRequest } from './make-message.ts';
import { packTree } from './pack-tree.ts';
import { sealUpper } from './seal-upper.ts';
import { plainOf } from './unpack-file.ts';

const sys = new LinuxSyscalls();
const hostRoot = openSync('/', 'r');

async function within<T>(root: string, work: () => Promise<T>): Promise<T> {
  sys.chroot(root);
  process.chdir('/');
  try {
    return await work();
  } finally {
    sys.changeDirectory(hostRoot);
    sys.chroot('.');
  }
}

async function fill(request: FillRequest): Promise<void> {
  const spools = openSpools(request.picks);
  try {
    await within(request.root, () => fillTree(sys, request, spools));
  } finally {
    closeSpools(spools);
  }
}

async function pack({ root, sources, spool }: PackRequest): Promise<void> {
  const writer = new SpoolWriter(spool.data);
  try {
    await within(root, () => packTree(sys, sources, writer));
    writeFileSync(spool.index, writer.finish().map(formatSpoolEntry).join(''), { mode: 0o600 });
  } finally {
    writer.close();
  }
}

async function apply({ root, blobs }: ApplyRequest): Promise<void> {
  for (const path of blobs) {
    const fd = openSync(path, 'r');
    const stretch = { fd, offset: 0, sizeBytes: fstatSync(fd).size };
    try {
      await within(root, () => applyOnto(sys, plainOf(stretch)));
    } finally {
      closeSync(fd);
    }
  }
}

async function perform(request: MakeRequest): Promise<Extract<MakeReply, { done: unknown }>['done']> {
  switch (request.verb) {
    case 'seal':
      return sealUpper(sys, request);
    case 'fill':
      await fill(request);
      return {};
    case 'pack':
      await pack(request);
      return {};
    case 'apply':
      await apply(request);
      return {};
  }
}

/** Never rejects. */
async function answer(request: string): Promise<void> {
  let reply: MakeReply;
  try {
    reply = { done: await perform(JSON.parse(request) as MakeRequest) };
  } catch (error) {
    const kind = isEngineError(error) ? error.kind : 'internal';
    reply = { failed: { kind, message: messageOf(error) } };
  }
  writeSync(1, `${JSON.stringify(reply)}\n`);
}

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
    void answer(line);
    line = '';
  });
