import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { DirectoryContentStore } from '../../../src/content/directory-content-store.ts';
import type { Layer, LayerStore } from '../../../src/layers/layer-store.ts';
import { createLayerStore } from '../../../src/layers/overlay-layer-store.ts';
import type { ChainId, DiffId } from '../../../src/lib/digest.ts';
import type { ContainerId } from '../../../src/lib/ids.ts';
import { randomId } from '../../../src/lib/ids.ts';
import { StateDatabase } from '../../../src/state/database.ts';
import { LinuxSyscalls } from '../../../src/sys/linux.ts';
import { mountsBelow } from '../../support/leaks.ts';

export interface LayerFixture {
  readonly root: string;
  readonly content: DirectoryContentStore;
  readonly database: StateDatabase;
  readonly store: LayerStore;
  /** A scratch folder beside the store. */
  readonly scratch: string;
  apply(tar: Buffer, parent?: ChainId, diffId?: DiffId): Promise<Layer>;
  /** A new container's mounted root on these layers. */
  mount(top: ChainId | undefined): Promise<{ id: ContainerId; path: string }>;
}

/** A layer store of the test's own. When the test ends, nothing may be mounted in it any more. */
export function layerFixture(t: TestContext, folderName = 'root'): LayerFixture {
  const scratch = mkdtempSync(join(tmpdir(), 'skiff-layers-'));
  const root = join(scratch, folderName);
  mkdirSync(root, { recursive: true });
  const content = new DirectoryContentStore(join(root, 'content'));
  const database = StateDatabase.open(join(root, 'state.db'));
  const store = createLayerStore({
    root: join(root, 'layers'),
    content,
    database,
    syscalls: new LinuxSyscalls(),
    warn: (message) => assert.fail(message),
  });
  t.after(async () => {
    await store.sweep(new Set());
    database.close();
    assert.deepEqual(mountsBelow(scratch), []);
    await store.removed();
    rmSync(scratch, { recursive: true });
  });
  return {
    root,
    content,
    database,
    store,
    scratch,
    async apply(tar, parent, diffId) {
      const { digest } = await content.ingest(once(tar));
      return store.apply({ parent, blob: digest, ...(diffId === undefined ? {} : { diffId }) });
    },
    async mount(top) {
      const id = randomId<ContainerId>();
      await store.createWritable(id, top);
      return { id, path: await store.mountWritable(id, { volatile: true }) };
    },
  };
}

/** Names in the store's folders, without the one that is always there, when what was removed is off the disk. */
export async function leftIn({ root, store }: LayerFixture): Promise<string[]> {
  await store.removed();
  return ['l', 'tmp', 'trash', 'w']
    .flatMap((place) => readdirSync(join(root, 'layers', place)).map((name) => `${place}/${name}`))
    .filter((name) => name !== 'l/_');
}

export async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

export function run(command: string, args: readonly string[], options: { cwd?: string; input?: Buffer } = {}): Buffer {
  return execFileSync(command, args, { maxBuffer: 1 << 30, stdio: ['pipe', 'pipe', 'inherit'], ...options });
}

/** What is in the root of every container, unless the image has its own. */
export const BASE_NAMES = ['.dockerenv', 'dev', 'etc', 'proc', 'sys'];

/**
 * What makes two trees the same tree: everything of every file but inode numbers, the root's own attributes, and what
 * is in every container.
 */
export function describeTree(path: string): string {
  const script = `
    cd "$1"
    skip='-not ( ( ${BASE_NAMES.map((name) => `-path ./${name}`).join(' -o ')} ) -prune )'
    find . -mindepth 1 $skip -printf '%P|%y|%m|%U:%G|%n|%T@|%l|' \\( -type f -printf '%s' -o -true \\) -printf '\\n' | sort
    find . -mindepth 1 $skip \\( -type c -o -type b \\) -exec stat -c '%n %t:%T' {} + | sort
    find . -mindepth 1 $skip -type f -exec sha256sum {} + | sort -k2
    find . -mindepth 1 $skip -type f -printf '%i %P\\n' | sort | awk '{ if ($1 == last) print "same file:", prev, $2; last = $1; prev = $2 }' | sort
    true`;
  return run('sh', ['-c', script, 'sh', path]).toString('latin1') + describeXattrs(path);
}

function describeXattrs(path: string): string {
  const sys = new LinuxSyscalls();
  const files = run('find', [path, '-mindepth', '1', '-print0']).toString('latin1').split('\0').filter(Boolean).sort();
  const lines = files.flatMap((file) => {
    const bytes = Buffer.from(file, 'latin1');
    const names = sys.listXattrs(bytes).sort();
    return names.map((name) => `${file.slice(path.length)} ${name}=${sys.getXattr(bytes, name).toString('hex')}\n`);
  });
  return lines.join('');
}
