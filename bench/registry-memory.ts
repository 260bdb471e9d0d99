import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DockerRegistry, dockerRegistry } from '../test/support/docker-registry.ts';
import type { Row } from './table.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const GB = 1024 ** 3;
const LOADS: Readonly<Record<string, readonly number[]>> = {
  'registry, a layer of 2 GB in and out: peak': [2 * GB],
  'registry, ten of 128 MB at once: peak': Array.from({ length: 10 }, () => GB / 8),
};

interface Served {
  readonly address: string;
  readonly pid: number | undefined;
  close(): Promise<void>;
}

/** The most memory that our registry has had, and docker-registry in Docker's column. */
export async function registryMemory(isWanted: (title: string) => boolean): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [title, sizes] of Object.entries(LOADS).filter(([one]) => isWanted(one))) {
    process.stderr.write(`bench: ${title} …\n`);
    const own = await peakMb(await serve(), sizes);
    const other = dockerRegistry.skip === false ? await peakMb(await DockerRegistry.start(), sizes) : undefined;
    rows.push({ title, unit: 'MB', values: [own, other] });
  }
  return rows;
}

async function peakMb(registry: Served, sizes: readonly number[]): Promise<number> {
  try {
    await Promise.all(sizes.map((sizeBytes, index) => pass(registry.address, `layer${index}`, sizeBytes)));
    const status = readFileSync(`/proc/${registry.pid}/status`, 'utf8');
    return (Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) * 1024) / 1e6;
  } finally {
    await registry.close();
  }
}

/** One layer, different for each name, pushed in one stream and pulled again. */
async function pass(address: string, name: string, sizeBytes: number): Promise<void> {
  const hash = createHash('sha256');
  for (const piece of pieces(name, sizeBytes)) hash.update(piece);
  const digest = `sha256:${hash.digest('hex')}`;
  const base = `http://${address}/v2/bench/${name}/blobs/`;
  const started = await fetch(`${base}uploads/`, { method: 'POST' });
  const location = new URL(started.headers.get('location') ?? '', base);
  location.searchParams.set('digest', digest);
  const body = ReadableStream.from(pieces(name, sizeBytes));
  const pushed = await fetch(location, { method: 'PUT', body, duplex: 'half' } as RequestInit);
  if (pushed.status !== 201) throw new Error(`${location.href}: ${pushed.status} ${await pushed.text()}`);
  const pulled = await fetch(`${base}${digest}`);
  let left = sizeBytes;
  for await (const piece of pulled.body ?? []) left -= (piece as Uint8Array).length;
  if (left !== 0) throw new Error(`${base}${digest} has another size`);
}

function* pieces(name: string, sizeBytes: number): Generator<Buffer> {
  const piece = Buffer.alloc(1024 ** 2, name);
  for (let left = sizeBytes; left > 0; left -= piece.length) yield piece.subarray(0, left);
}

async function serve(): Promise<Served> {
  const root = mkdtempSync('/tmp/skb-');
  const args = ['registry', '--root', root, '--addr', '127.0.0.1:0'];
  const child = spawn(`${project}/bin/skiffd`, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  return {
    address: await addressOf(child),
    pid: child.pid,
    close: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      rmSync(root, { recursive: true });
    },
  };
}

async function addressOf({ stderr }: ChildProcess): Promise<string> {
  let log = '';
  for await (const chunk of stderr?.iterator({ destroyOnReturn: false }) ?? []) {
    log += String(chunk);
    const address = /Registry listen on (\S+?)"/.exec(log)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`the registry ended at its start:\n${log}`);
}
