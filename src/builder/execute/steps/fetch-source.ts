import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { EngineError, invalidArgument, messageOf } from '../../../errors/engine-error.ts';
import type { FillPick } from '../../../layers/make/make-message.ts';
import { formatSpoolEntry, type SpoolEntry } from '../../../layers/spool/spool-entry.ts';
import { SpoolWriter } from '../../../layers/spool/spool-writer.ts';
import { byteStringOf } from '../../../lib/tar/byte-string.ts';
import type { TarEntry } from '../../../lib/tar/tar-entry.ts';
import { newSpool } from '../../context/receive-archive.ts';
import type { CopySource } from '../../plan/build-plan.ts';
import type { BuildRun } from '../build-run.ts';
import { fetchGit } from '../contexts/fetch-git.ts';

const FETCHED_MODE = 0o600;
const WRITTEN_MODE = 0o644;

type Fetched = { readonly picks: readonly FillPick[]; readonly digests: readonly string[] };

/** Files that are not in any tree: written in the Dockerfile, or fetched from elsewhere. */
export async function fetchSource(
  run: BuildRun,
  source: Exclude<CopySource, { readonly kind: 'path' }>,
): Promise<Fetched> {
  if (source.kind === 'git') return fetchGit(run, source);
  if (source.kind === 'heredoc') {
    const content = Buffer.from(source.content);
    const pick = await spoolFile(run, source.name, WRITTEN_MODE, 0, once(content));
    return { picks: [pick.pick], digests: [JSON.stringify([source.name, pick.hash])] };
  }
  const { url, name, checksum, unpack } = source;
  const { body, modifiedSeconds } = await open(url, run.signal);
  const { pick, hash } = await spoolFile(run, name, FETCHED_MODE, modifiedSeconds, body);
  if (checksum !== undefined && checksum !== `sha256:${hash}`) {
    throw invalidArgument(`digest mismatch sha256:${hash}: ${checksum}`);
  }
  return { picks: [{ ...pick, unpack }], digests: [JSON.stringify([name, unpack, hash, modifiedSeconds])] };
}

async function open(
  url: string,
  signal: AbortSignal,
): Promise<{ readonly body: AsyncIterable<Uint8Array>; readonly modifiedSeconds: number }> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    throw new EngineError('unavailable', `ADD failed: Get ${JSON.stringify(url)}: ${cause}`, { cause: error });
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw invalidArgument(`ADD failed: failed to GET ${url} with status ${response.status} ${response.statusText}`);
  }
  const modified = Date.parse(response.headers.get('last-modified') ?? '');
  return { body: response.body, modifiedSeconds: Number.isNaN(modified) ? 0 : Math.floor(modified / 1000) };
}

async function spoolFile(
  run: BuildRun,
  name: string,
  mode: number,
  seconds: number,
  body: AsyncIterable<Uint8Array>,
): Promise<{ readonly pick: FillPick; readonly hash: string }> {
  const spool = await newSpool(run.directory);
  const writer = new SpoolWriter(spool.data);
  let entries: SpoolEntry[];
  try {
    await writer.add(fileEntry(name, mode, seconds), body);
    entries = writer.finish();
  } finally {
    writer.close();
  }
  await writeFile(spool.index, entries.map(formatSpoolEntry).join(''), { mode: 0o600 });
  const path = byteStringOf(name);
  const hash = entries.find((entry) => entry.path === path)?.hash ?? createHash('sha256').digest('hex');
  return { pick: { spool, source: path, name: path, under: '', skip: [], unpack: false }, hash };
}

function fileEntry(name: string, mode: number, seconds: number): TarEntry {
  return {
    type: 'file',
    path: byteStringOf(name),
    linkTarget: byteStringOf(''),
    mode,
    uid: 0,
    gid: 0,
    sizeBytes: 0,
    mtime: { seconds, nanoseconds: 0 },
    device: { major: 0, minor: 0 },
    xattrs: new Map(),
    extents: undefined,
  };
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
