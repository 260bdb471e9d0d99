import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { measureTree } from '../../layers/measure-tree.ts';
import { nowNs } from '../../lib/timestamps.ts';
import type { BuildCacheEntry, BuildCacheState } from '../../state/build-cache.ts';
import { Turns } from './turns.ts';

export interface CacheMountRequest {
  /** The same for mounts that mean the same directory. */
  readonly key: string;
  readonly description: string;
  readonly sharing: 'shared' | 'private' | 'locked';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Fills a directory that is new. */
  readonly seed: (directory: string) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface HeldMount {
  readonly path: string;
  /** Called once, when the step has ended. */
  release(): void;
}

/**
 * Directories that steps keep between builds (`RUN --mount=type=cache`). `shared` ones are used by many at once, `locked`
 * ones by one after the other, and of `private` ones there are as many as are in use at a time.
 */
export class CacheMounts {
  readonly #state: BuildCacheState;
  readonly #root: string;
  readonly #turns = new Turns();

  /** `root` is the cache's own directory; it is made where it is missing. */
  constructor(state: BuildCacheState, root: string) {
    this.#state = state;
    this.#root = root;
  }

  async acquire(request: CacheMountRequest): Promise<HeldMount> {
    for (let copy = 0; ; copy++) {
      const key = copy === 0 ? `mount ${request.key}` : `mount ${request.key} ${copy}`;
      if (request.sharing === 'private' && this.#turns.isTaken(key)) continue;
      const end = await this.#turns.begin(key, request.sharing === 'shared', request.signal);
      try {
        return { path: await this.#directory(key, request), release: end };
      } catch (error) {
        end();
        throw error;
      }
    }
  }

  /** Made whole, then noted: a crash in between leaves a directory that the next start removes. */
  async #directory(key: string, request: CacheMountRequest): Promise<string> {
    const known = this.#state.find(key);
    if (known?.directory !== undefined) {
      this.#state.use(known.id, Date.now());
      return join(this.#root, known.directory);
    }
    const name = randomBytes(8).toString('hex');
    const path = join(this.#root, name);
    await mkdir(path, { recursive: true });
    await request.seed(path);
    await chown(path, request.uid, request.gid);
    await chmod(path, request.mode);
    // Another step may have made it meanwhile, when many share it.
    const other = this.#state.find(key);
    if (other?.directory !== undefined) {
      await rm(path, { recursive: true, force: true });
      return join(this.#root, other.directory);
    }
    this.#state.add(entryOf(name, request.description), [key]);
    return path;
  }

  isInUse(directory: string): boolean {
    return this.#turns.takenKeys().some((key) => this.#state.find(key)?.directory === directory);
  }

  /** Bytes in a mount's directory now. */
  sizeBytes(directory: string): Promise<number> {
    return measureTree(Buffer.from(join(this.#root, directory)));
  }

  async remove(directory: string): Promise<void> {
    await rm(join(this.#root, directory), { recursive: true, force: true });
  }

  /** At start: directories that no entry knows go. */
  async sweep(): Promise<void> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    const known = new Set(this.#state.all().map(({ directory }) => directory));
    for (const name of await readdir(this.#root)) if (!known.has(name)) await this.remove(name);
  }
}

function entryOf(directory: string, description: string): BuildCacheEntry {
  return {
    id: randomBytes(13).toString('hex').slice(0, 25),
    parentId: undefined,
    kind: 'exec.cachemount',
    description,
    chainId: undefined,
    directory,
    sizeBytes: 0,
    createdNs: nowNs(),
    lastUsedMs: Date.now(),
    usageCount: 1,
  };
}
