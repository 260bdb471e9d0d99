/**
 * The program that makes layers of files, and files of layers, one request after another, in a process of its own: it
 * may use blocking calls, and while it works in a tree its root directory is that tree.
 */
import { closeSync, fstatSync, openSync, writeFileSync } from 'node:fs';
import { LinuxSyscalls } from '../../sys/linux.ts';
import { insideRoots, serveRequests } from '../serve-requests.ts';
import { formatSpoolEntry } from '../spool/spool-entry.ts';
import { SpoolWriter } from '../spool/spool-writer.ts';
import { applyOnto } from './apply-onto.ts';
import { compressBlob } from './compress-blob.ts';
import { fillTree } from './fill-tree.ts';
import type { ApplyRequest, FillRequest, MakeReply, MakeRequest, PackRequest } from './make-message.ts';
import { closeSpools, openSpools } from './open-spools.ts';
import { packTree } from './pack-tree.ts';
import { sealUpper } from './seal-upper.ts';
import { plainOf } from './unpack-file.ts';

const sys = new LinuxSyscalls();
const within = insideRoots(sys);

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
    case 'compress':
      return compressBlob(request);
  }
}

serveRequests(async (request: MakeRequest): Promise<MakeReply> => ({ done: await perform(request) }));
