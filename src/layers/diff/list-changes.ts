import type { BigIntStats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { ByteString } from '../../lib/tar/byte-string.ts';
import { byteStringOf, bytesOf, textOf } from '../../lib/tar/byte-string.ts';
import type { Syscalls } from '../../sys/syscalls.ts';

export type ChangeKind = 'modified' | 'added' | 'deleted';

export interface LayerChange {
  /** From the container's root on. */
  readonly path: string;
  readonly kind: ChangeKind;
}

const OPAQUE_XATTR = 'trusted.overlay.opaque';
const CAPABILITY_XATTR = 'security.capability';
const NANOSECONDS = 1_000_000_000n;

/** What lies below an overlay's upper directory at one path: the file, and the directories that it is merged from. */
interface Below {
  readonly stats: BigIntStats | undefined;
  readonly path: string;
  readonly directories: readonly string[];
}

/**
 * What an overlay's upper directory changes of its lower ones (the topmost first), as Docker reckons it: a directory is
 * changed by its mode or owner or by what is in it, a file by its time or size as well. Only the upper directory is
 * walked. Each directory comes before what is in it, names in the order of their bytes.
 */
export async function listChanges(sys: Syscalls, upper: string, lower: readonly string[]): Promise<LayerChange[]> {
  return new Comparison(sys).directory(byteStringOf(upper), lower.map(byteStringOf), '');
}

class Comparison {
  readonly #sys: Syscalls;

  constructor(sys: Syscalls) {
    this.#sys = sys;
  }

  async directory(upper: string, lower: readonly string[], path: string): Promise<LayerChange[]> {
    const names = new Set<string>(await namesIn(upper));
    const gone = lower.length > 0 && this.#isOpaque(upper) ? await this.#namesBelow(lower) : [];
    const changes: LayerChange[] = [];
    for (const name of [...names, ...gone.filter((old) => !names.has(old))].sort()) {
      if (names.has(name)) changes.push(...(await this.#file(upper, lower, path, name)));
      else changes.push({ path: textOf(`${path}/${name}`), kind: 'deleted' });
    }
    return changes;
  }

  async #file(directory: string, lower: readonly string[], parent: string, name: string): Promise<LayerChange[]> {
    const upper = `${directory}/${name}`;
    const path = `${parent}/${name}`;
    const stats = await statOf(upper);
    if (stats === undefined) return [];
    const below = await this.#below(lower, name);
    const self = (kind: ChangeKind): LayerChange[] => [{ path: textOf(path), kind }];
    if (isWhiteout(stats)) return below.stats === undefined ? [] : self('deleted');
    const inside = stats.isDirectory() ? await this.directory(upper, below.directories, path) : [];
    if (below.stats === undefined) return [...self('added'), ...inside];
    const differs = isDifferent(below.stats, stats) || this.#capability(below.path) !== this.#capability(upper);
    return differs || inside.length > 0 ? [...self('modified'), ...inside] : [];
  }

  /** What the lower directories make of a name together. */
  async #below(lower: readonly string[], name: string): Promise<Below> {
    let found: Below = { stats: undefined, path: '', directories: [] };
    for (const layer of lower) {
      const path = `${layer}/${name}`;
      const stats = await statOf(path);
      if (stats === undefined) continue;
      if (isWhiteout(stats) || (found.stats !== undefined && !stats.isDirectory())) break;
      const directories = stats.isDirectory() ? [...found.directories, path] : [];
      found = found.stats === undefined ? { stats, path, directories } : { ...found, directories };
      if (!stats.isDirectory() || this.#isOpaque(path)) break;
    }
    return found;
  }

  async #namesBelow(lower: readonly string[]): Promise<string[]> {
    const all = new Set((await Promise.all(lower.map(namesIn))).flat());
    const there = await Promise.all(
      [...all].map(async (name) => ((await this.#below(lower, name)).stats === undefined ? [] : [name])),
    );
    return there.flat();
  }

  #isOpaque(path: string): boolean {
    return this.#attribute(path, OPAQUE_XATTR) === 'y';
  }

  #capability(path: string): string {
    return this.#attribute(path, CAPABILITY_XATTR);
  }

  /** Empty where there is none. */
  #attribute(path: string, name: string): string {
    try {
      const bytes = bytesOf(path);
      return this.#sys.listXattrs(bytes).includes(name) ? this.#sys.getXattr(bytes, name).toString('latin1') : '';
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT', 'ENODATA', 'ENOTSUP', 'EOPNOTSUPP')) return '';
      throw error;
    }
  }
}

async function namesIn(directory: string): Promise<ByteString[]> {
  try {
    return (await readdir(bytesOf(directory), 'latin1')) as ByteString[];
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw error;
  }
}

async function statOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(bytesOf(path), { bigint: true });
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function isWhiteout(stats: BigIntStats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0n;
}

function isDifferent(old: BigIntStats, now: BigIntStats): boolean {
  if (old.mode !== now.mode || old.uid !== now.uid || old.gid !== now.gid || old.rdev !== now.rdev) return true;
  return !now.isDirectory() && (old.size !== now.size || !isSameTime(old.mtimeNs, now.mtimeNs));
}

/** Archives often keep whole seconds only: no nanoseconds on either side are as good as any. */
function isSameTime(a: bigint, b: bigint): boolean {
  return a === b || (a / NANOSECONDS === b / NANOSECONDS && (a % NANOSECONDS === 0n || b % NANOSECONDS === 0n));
}
