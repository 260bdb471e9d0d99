import { chmodSync, lchownSync } from 'node:fs';
import { EngineError } from '../../errors/engine-error.ts';
import { applySymbolicMode } from '../../lib/symbolic-mode.ts';
import { byteStringOf, textOf } from '../../lib/tar/byte-string.ts';
import type { TarEntry } from '../../lib/tar/tar-entry.ts';
import type { Syscalls } from '../../sys/syscalls.ts';
import type { SpoolEntry } from '../spool/spool-entry.ts';
import { LayerTree } from '../unpack/layer-tree.ts';
import { writeEntry } from '../unpack/write-entry.ts';
import { followWithin } from './follow-within.ts';
import type { FillPick, FillTarget, ModeChange } from './make-message.ts';
import { entryAt, type OpenSpool } from './open-spools.ts';
import { refuseWhiteout } from './refuse-whiteout.ts';
import { pieces, type Stretch, unpackFile } from './unpack-file.ts';

const DIRECTORY_MODE = 0o755;

/**
 * Copies what was picked into the tree at `root`, which is the process's own where none is named. Symbolic links on the
 * way to the destination are followed within it. What is there already is replaced, but for directories, which are merged.
 * @throws invalid_argument where a directory and something else stand against each other.
 */
export async function fillTree(
  sys: Syscalls,
  request: FillTarget,
  spools: ReadonlyMap<string, OpenSpool>,
  root = '',
): Promise<void> {
  const filling = new Filling(sys, request, root);
  for (const pick of request.picks) {
    const spool = spools.get(pick.spool.data);
    if (spool !== undefined) await filling.add(pick, spool);
  }
  filling.finish();
}

/** File systems have different bounds of it. */
const MOST_LINKS = 1000;

/** A file that was written, where its data begin in the spool. */
interface Twin {
  readonly path: string;
  links: number;
}

class Filling {
  readonly #sys: Syscalls;
  readonly #request: FillTarget;
  readonly #root: string;
  readonly #tree: LayerTree;

  constructor(sys: Syscalls, request: FillTarget, root: string) {
    this.#sys = sys;
    this.#request = request;
    this.#root = root;
    this.#tree = new LayerTree(byteStringOf(root));
  }

  async add(pick: FillPick, spool: OpenSpool): Promise<void> {
    const source = entryAt(spool, pick.source);
    if (source === undefined) return;
    const archive = spool.archives.get(pick.source);
    if (archive !== undefined && (await this.#unpack(archive))) return;
    if (source.type === 'directory') return this.#addDirectory(pick, source, spool);
    const path = this.#placeOf(pick, spool);
    this.#refuseDirectory(path);
    await this.#write(path, source, spool.fd);
  }

  async #unpack(archive: Stretch): Promise<boolean> {
    const { archiveOwner } = this.#request;
    return unpackFile(this.#sys, this.#tree, archive, () => this.#directory(this.#destination), archiveOwner);
  }

  async #addDirectory(pick: FillPick, source: SpoolEntry, spool: OpenSpool): Promise<void> {
    const base = this.#base(pick, spool);
    // A destination that is made is like any other folder that is made: only what is in the source keeps its mode.
    const target = this.#directory(base);
    const prefix = source.path === '' ? '' : `${source.path}/`;
    const skipped = new Set(pick.skip);
    const twins = new Map<number, Twin>();
    for (let place = (spool.places.get(source.path) ?? 0) + 1; place < spool.entries.length; place++) {
      const entry = spool.entries[place];
      if (entry === undefined || !entry.path.startsWith(prefix)) break;
      if (isSkipped(entry.path, skipped)) continue;
      const parts = entry.path.slice(prefix.length).split('/');
      const name = parts.pop() ?? '';
      const parent = this.#tree.directory([...partsOf(target), ...parts], textOf(entry.path));
      const path = `${parent}/${name}`;
      if (entry.type === 'directory') this.#refuseOther(path);
      else this.#refuseDirectory(path);
      if (entry.type === 'directory' && this.#isLinkToDirectory(path)) continue;
      if (await this.#linkTwin(path, entry, twins)) continue;
      await this.#write(path, entry, spool.fd);
    }
  }

  /** Whether an earlier file of the same folder has the very same data: then both are one file, as in their source. */
  async #linkTwin(path: string, entry: SpoolEntry, twins: Map<number, Twin>): Promise<boolean> {
    if (entry.type !== 'file' || entry.sizeBytes === 0) return false;
    const twin = twins.get(entry.offset);
    if (twin === undefined || twin.links === MOST_LINKS) {
      twins.set(entry.offset, { path, links: 1 });
      return false;
    }
    twin.links++;
    const linkTarget = byteStringOf(textOf(twin.path).slice(1));
    const link: TarEntry = { ...tarEntryOf(entry, entry.mode, this.#request.owner), type: 'hardlink', linkTarget };
    await writeEntry(this.#tree, this.#sys, path, { entry: link, data: pieces({ ...entry, sizeBytes: 0, fd: -1 }) });
    return true;
  }

  /** Where a file goes: into the destination when that is a directory. */
  #placeOf(pick: FillPick, spool: OpenSpool): string {
    const { destination } = this.#request;
    const base = this.#base(pick, spool);
    const isFolder = destination.endsWith('/') || pick.under !== '' || this.#isDirectory(base);
    if (isFolder) return `${this.#directory(base)}/${pick.name}`;
    const parts = partsOf(base);
    const name = parts.pop() ?? '';
    return `${this.#directory(`/${parts.join('/')}`)}/${name}`;
  }

  /** Where the destination really is. */
  get #destination(): string {
    return this.#followed(this.#request.destination);
  }

  #followed(path: string): string {
    return byteStringOf(followWithin(this.#root, textOf(path)));
  }

  /** The destination, and the folders of `--parents` below it. */
  #base({ under }: FillPick, spool: OpenSpool): string {
    if (under === '') return this.#destination;
    const parts = under.split('/');
    let at = this.#directory(this.#destination);
    parts.forEach((part, index) => {
      const like = entryAt(spool, parts.slice(0, index + 1).join('/'));
      at = this.#directory(`${at}/${part}`, like);
    });
    return at;
  }

  /** The real path of a directory; those that are made belong to whoever everything shall, and look like `like`. */
  #directory(path: string, like?: SpoolEntry): string {
    const parts = partsOf(path);
    let at = '';
    parts.forEach((part, index) => {
      const parent = at;
      const there = this.#tree.lstat(`${parent}/${part}`);
      const isNew = there === undefined;
      if (!isNew && !there.isDirectory() && !there.isSymbolicLink()) {
        throw new EngineError('invalid_argument', `cannot copy to non-directory: ${textOf(`${parent}/${part}`)}`);
      }
      at = this.#tree.directory([...partsOf(parent), part], textOf(path));
      if (!isNew) return;
      const { owner } = this.#request;
      lchownSync(this.#tree.onDisk(at), owner?.uid ?? 0, owner?.gid ?? 0);
      chmodSync(this.#tree.onDisk(at), DIRECTORY_MODE);
      if (like === undefined || index < parts.length - 1) return;
      const { uid, gid } = owner ?? like;
      lchownSync(this.#tree.onDisk(at), uid, gid);
      chmodSync(this.#tree.onDisk(at), modeOf(like, this.#request.mode));
      this.#tree.noteDirectory(at, like.mtime);
    });
    return at;
  }

  async #write(path: string, entry: SpoolEntry, fd: number): Promise<void> {
    refuseWhiteout(entry);
    const tar = tarEntryOf(entry, modeOf(entry, this.#request.mode), this.#request.owner);
    await writeEntry(this.#tree, this.#sys, path, { entry: tar, data: pieces({ ...entry, fd }) });
  }

  #refuseDirectory(path: string): void {
    if (this.#tree.lstat(path)?.isDirectory() !== true) return;
    throw new EngineError('invalid_argument', `cannot copy a file over the directory ${textOf(path)}`);
  }

  #refuseOther(path: string): void {
    const there = this.#tree.lstat(path);
    if (there === undefined || there.isDirectory() || this.#isLinkToDirectory(path)) return;
    throw new EngineError('invalid_argument', `cannot copy to non-directory: ${textOf(path)}`);
  }

  #isLinkToDirectory(path: string): boolean {
    return this.#tree.lstat(path)?.isSymbolicLink() === true && this.#isDirectory(path);
  }

  /** Links are followed as the tree's own processes would. */
  #isDirectory(path: string): boolean {
    return this.#tree.lstat(this.#followed(path))?.isDirectory() === true;
  }

  finish(): void {
    for (const [path, time] of this.#tree.directoryTimes()) this.#sys.setTimes(this.#tree.onDisk(path), time);
  }
}

function modeOf(entry: SpoolEntry, change: ModeChange | undefined): number {
  if (change === undefined || entry.type === 'symlink') return entry.mode;
  if ('bits' in change) return change.bits;
  return applySymbolicMode(change.symbolic, entry.mode, entry.type === 'directory');
}

function tarEntryOf(
  entry: SpoolEntry,
  mode: number,
  owner: { readonly uid: number; readonly gid: number } | undefined,
): TarEntry {
  const { type, path, linkTarget, uid, gid, sizeBytes, mtime, device, xattrs } = entry;
  return {
    type,
    path,
    linkTarget,
    mode,
    uid: owner?.uid ?? uid,
    gid: owner?.gid ?? gid,
    sizeBytes,
    mtime,
    device,
    xattrs,
    extents: undefined,
  };
}

function isSkipped(path: string, skipped: ReadonlySet<string>): boolean {
  if (skipped.size === 0) return false;
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (skipped.has(path.slice(0, end))) return true;
  }
  return false;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
