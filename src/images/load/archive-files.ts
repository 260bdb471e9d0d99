import { posix } from 'node:path';
import type { BlobInfo, ContentStore } from '../../content/content-store.ts';
import { brokenImageArchive } from '../../errors/images.ts';
import { decodeArchive } from '../../layers/decode-archive.ts';
import { textOf } from '../../lib/tar/byte-string.ts';
import { readTar } from '../../lib/tar/tar-reader.ts';

/** More files than any archive of images has; each costs a synced blob until the archive is read. */
const MAX_FILES = 100_000;
const MAX_LINKS = 16;

/**
 * The files of an archive, each already a blob, by path. Nothing is ever written under a name from the archive, so that
 * no name can lead out of anywhere.
 */
export class ArchiveFiles {
  readonly #files: ReadonlyMap<string, BlobInfo>;
  readonly #links: ReadonlyMap<string, string>;

  constructor(files: ReadonlyMap<string, BlobInfo>, links: ReadonlyMap<string, string>) {
    this.#files = files;
    this.#links = links;
  }

  paths(): string[] {
    return [...this.#files.keys()];
  }

  /** Undefined when there is no such file; links (of old archives, between layers) are followed. */
  find(path: string): BlobInfo | undefined {
    let at = normalised(path);
    for (let links = 0; at !== undefined && links < MAX_LINKS; links++) {
      const target = this.#links.get(at);
      if (target === undefined) return this.#files.get(at);
      at = normalised(target);
    }
    throw brokenImageArchive(`${JSON.stringify(path)} does not stay inside the archive`);
  }

  /** @throws invalid_argument */
  get(path: string): BlobInfo {
    const file = this.find(path);
    if (file === undefined) throw brokenImageArchive(`it has no file ${JSON.stringify(path)}`);
    return file;
  }
}

/**
 * Reads an archive (plain, or compressed in any way that Docker takes) to its end and keeps each file as a blob, in
 * whatever order they come. `onBlob` is told of every blob at once, so that the caller can discard what is not needed,
 * also after a failure.
 * @throws invalid_argument for a broken archive.
 */
export async function readArchive(
  body: AsyncIterable<Uint8Array>,
  content: ContentStore,
  onBlob: (blob: BlobInfo) => void,
): Promise<ArchiveFiles> {
  const files = new Map<string, BlobInfo>();
  const links = new Map<string, string>();
  for await (const { entry, data } of readTar(decodeArchive(body))) {
    if (files.size + links.size >= MAX_FILES) throw brokenImageArchive(`more than ${MAX_FILES} files`);
    const path = normalised(textOf(entry.path));
    const target = textOf(entry.linkTarget);
    if (path === undefined) throw brokenImageArchive(`${JSON.stringify(textOf(entry.path))} does not stay inside it`);
    if (entry.type === 'symlink') links.set(path, posix.join(posix.dirname(path), target));
    if (entry.type === 'hardlink') links.set(path, target);
    if (entry.type !== 'file') continue;
    if (entry.extents !== undefined) throw brokenImageArchive(`${JSON.stringify(path)} is a sparse file`);
    const blob = await content.ingest(data);
    onBlob(blob);
    links.delete(path);
    files.set(path, blob);
  }
  return new ArchiveFiles(files, links);
}

/** Undefined for a path that leaves the archive. */
function normalised(path: string): string | undefined {
  const clean = posix.normalize(path).replace(/^\/+/, '');
  return clean === '..' || clean.startsWith('../') ? undefined : clean;
}
