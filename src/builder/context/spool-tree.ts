import { createHash, type Hash } from 'node:crypto';
import type { SpoolFiles } from '../../layers/make/make-message.ts';
import type { PathTree } from '../../layers/spool/match-paths.ts';
import type { SpoolEntry } from '../../layers/spool/spool-entry.ts';
import type { ByteString } from '../../lib/tar/byte-string.ts';

/** The files of a context, of another stage or of an image, held in a spool: what is known of them, without the data. */
export class SpoolTree implements PathTree {
  readonly files: SpoolFiles;
  readonly #entries: ReadonlyMap<string, SpoolEntry>;
  readonly #names = new Map<string, string[]>();

  /** What stands before every path in the index on disk. */
  readonly #prefix: string;

  /** `entries` have folders before what is in them, in the order of their names. */
  constructor(files: SpoolFiles, entries: readonly SpoolEntry[], prefix = '') {
    this.files = files;
    this.#prefix = prefix;
    this.#entries = new Map(entries.map((entry) => [entry.path as string, entry]));
    for (const { path, type } of entries) {
      if (type === 'directory' && !this.#names.has(path)) this.#names.set(path, []);
      if (path === '') continue;
      const slash = path.lastIndexOf('/');
      this.#names.get(slash === -1 ? '' : path.slice(0, slash))?.push(path.slice(slash + 1));
    }
  }

  get entries(): Iterable<SpoolEntry> {
    return this.#entries.values();
  }

  entry(path: string): SpoolEntry | undefined {
    return this.#entries.get(path);
  }

  kindOf(path: string): 'directory' | 'symlink' | 'other' | undefined {
    const type = this.#entries.get(path)?.type;
    if (type === undefined || type === 'directory' || type === 'symlink') return type;
    return 'other';
  }

  linkTarget(path: string): string {
    return this.#entries.get(path)?.linkTarget ?? '';
  }

  names(path: string): readonly string[] {
    return this.#names.get(path) ?? [];
  }

  /** The same tree with one folder or file left out. The index on disk keeps it: it must be skipped there as well. */
  without(path: string): SpoolTree {
    const kept = [...this.#entries.values()].filter(
      (entry) => entry.path !== path && !entry.path.startsWith(`${path}/`),
    );
    return new SpoolTree(this.files, kept, this.#prefix);
  }

  /** What is below one folder, as a tree of its own; undefined when there is no such folder. */
  subtree(path: string): SpoolTree | undefined {
    if (this.kindOf(path) !== 'directory') return undefined;
    const start = path === '' ? 0 : path.length + 1;
    const moved = [...this.below(path, new Set())].map((entry) => ({
      ...entry,
      path: (entry.path === path ? '' : entry.path.slice(start)) as ByteString,
    }));
    return new SpoolTree(this.files, moved, this.indexPath(path));
  }

  /** How the index on disk calls a path. */
  indexPath(path: string): string {
    if (this.#prefix === '' || path === '') return this.#prefix || path;
    return `${this.#prefix}/${path}`;
  }

  /** The entry and all below it, without those in `skip` and what is below them. */
  *below(path: string, skip: ReadonlySet<string>): Generator<SpoolEntry> {
    // No recursion: folders may lie as deep as names allow.
    const pending = [path];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const entry = this.#entries.get(at);
      if (entry === undefined || skip.has(at)) continue;
      yield entry;
      const names = this.names(at);
      for (let index = names.length - 1; index >= 0; index--) {
        pending.push(at === '' ? (names[index] ?? '') : `${at}/${names[index] ?? ''}`);
      }
    }
  }

  /**
   * The same for the same files, whatever their times: names, kinds, permissions, owners, link targets, attributes and
   * content. `kept` takes part as far as it changes what is copied.
   */
  digest(path: string, skip: ReadonlySet<string>, options: { readonly owners: boolean }): string {
    const hash = createHash('sha256');
    const start = path === '' ? 0 : path.length + 1;
    for (const entry of this.below(path, skip)) {
      addEntry(hash, entry, entry.path === path ? '' : entry.path.slice(start), options.owners);
    }
    return hash.digest('hex');
  }
}

function addEntry(hash: Hash, entry: SpoolEntry, name: string, owners: boolean): void {
  const { type, linkTarget, mode, uid, gid, sizeBytes, hash: content, device, xattrs } = entry;
  const attributes = [...xattrs].map(([key, value]) => `${key}=${Buffer.from(value).toString('base64')}`);
  const owner = owners ? [uid, gid] : [];
  const node = type === 'character' || type === 'block' ? [device.major, device.minor] : [];
  hash.update(`${JSON.stringify([type, name, linkTarget, mode, owner, sizeBytes, content, node, attributes])}\n`);
}
