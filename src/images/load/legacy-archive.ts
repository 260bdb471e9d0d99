import { createHash } from 'node:crypto';
import type { BlobInfo, ContentStore } from '../../content/content-store.ts';
import { invalidArgument } from '../../errors/engine-error.ts';
import { brokenImageArchive } from '../../errors/images.ts';
import { decompress, detectCompression } from '../../layers/compression.ts';
import type { DiffId, Digest } from '../../lib/digest.ts';
import type { ImageReference } from '../../lib/image-reference.ts';
import { parseReference, withTag } from '../../lib/image-reference.ts';
import type { ArchiveFiles } from './archive-files.ts';
import type { LoadableImage } from './loadable-image.ts';
import { readDocument, readJson } from './loadable-image.ts';

export const REPOSITORIES_PATH = 'repositories';

/** What a layer's folder in an archive older than Docker 1.10 describes: an image of its own, down to its parent. */
interface V1Image {
  readonly oldId: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly layer: BlobInfo;
  readonly diffId: DiffId;
}

const DROPPED = ['id', 'parent', 'Size', 'parent_id', 'layer_id', 'throwaway'];
const MAX_CHAIN = 128;

/**
 * The images of an archive without `manifest.json`: a folder per layer with `json` and `layer.tar`, and names in
 * `repositories`. The configurations are made as Docker makes them, byte for byte, so that the image IDs are the same;
 * `onBlob` is told of them.
 */
export async function readLegacyArchive(
  files: ArchiveFiles,
  content: ContentStore,
  onBlob: (digest: Digest) => void,
): Promise<LoadableImage[]> {
  const repositories = await readJson(content, files.get(REPOSITORIES_PATH), REPOSITORIES_PATH);
  const images: LoadableImage[] = [];
  for (const [oldId, names] of namesById(repositories)) {
    const chain = await readChain(files, content, oldId);
    const config = await content.ingest(bytes(configOf(chain)));
    onBlob(config.digest);
    const document = await readDocument(content, config.digest);
    images.push({
      document,
      layers: chain.map(
        ({ layer }) =>
          () =>
            layer,
      ),
      names,
      parentId: undefined,
    });
  }
  return images;
}

function namesById(repositories: unknown): Map<string, ImageReference[]> {
  const names = new Map<string, ImageReference[]>();
  for (const [repository, tags] of entries(repositories)) {
    for (const [tag, oldId] of entries(tags)) {
      if (typeof oldId !== 'string') throw invalidArgument(`invalid target ID: ${JSON.stringify(oldId)}`);
      const reference = withTag(parseReference(repository), tag);
      names.set(oldId, [...(names.get(oldId) ?? []), reference]);
    }
  }
  return names;
}

function entries(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null) throw brokenImageArchive(`${REPOSITORIES_PATH} is no object`);
  return Object.entries(value);
}

/** Lowest first. */
async function readChain(files: ArchiveFiles, content: ContentStore, top: string): Promise<V1Image[]> {
  const chain: V1Image[] = [];
  for (let oldId: unknown = top; typeof oldId === 'string' && oldId !== ''; ) {
    if (chain.length >= MAX_CHAIN) throw brokenImageArchive(`more than ${MAX_CHAIN} layers under ${top}`);
    const path = `${oldId}/json`;
    const json = await readJson(content, files.get(path), path);
    if (typeof json !== 'object' || json === null) throw brokenImageArchive(`${path} is no object`);
    const layer = files.get(`${oldId}/layer.tar`);
    const image = { oldId, json: json as V1Image['json'], layer, diffId: await diffIdOf(content, layer.digest) };
    chain.unshift(image);
    oldId = image.json['parent'];
  }
  return chain;
}

async function diffIdOf(content: ContentStore, blob: Digest): Promise<DiffId> {
  for await (const start of content.read(blob)) {
    const compression = detectCompression(start);
    if (compression === 'none') break;
    const hash = createHash('sha256');
    for await (const chunk of decompress(content.read(blob), compression)) hash.update(chunk);
    return `sha256:${hash.digest('hex')}` as DiffId;
  }
  return blob as string as DiffId;
}

/** Docker's conversion: the top image's JSON without what only old images had, keys sorted, as Go writes it. */
function configOf(chain: readonly V1Image[]): string {
  const top = chain.at(-1)?.json ?? {};
  const config: Record<string, unknown> = { ...top };
  for (const key of DROPPED) delete config[key];
  config['rootfs'] = { type: 'layers', diff_ids: chain.map(({ diffId }) => diffId) };
  config['history'] = chain.map(({ json }) => historyOf(json));
  const sorted = Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)));
  return goJson(sorted);
}

function historyOf(json: V1Image['json']): Record<string, unknown> {
  const { container_config: made } = json;
  const command: unknown = typeof made === 'object' && made !== null ? Reflect.get(made, 'Cmd') : undefined;
  const history: Record<string, unknown> = {
    created: json['created'],
    created_by: Array.isArray(command) ? command.join(' ') : '',
    author: json['author'],
    comment: json['comment'],
  };
  return Object.fromEntries(Object.entries(history).filter(([, value]) => value !== undefined && value !== ''));
}

/** Go escapes what HTML would read, also inside JSON. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
