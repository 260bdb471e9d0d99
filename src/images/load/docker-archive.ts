import type { ContentStore } from '../../content/content-store.ts';
import { invalidArgument } from '../../errors/engine-error.ts';
import { brokenImageArchive } from '../../errors/images.ts';
import type { ImageId } from '../../lib/digest.ts';
import { isDigest } from '../../lib/digest.ts';
import type { ImageReference } from '../../lib/image-reference.ts';
import { parseReference } from '../../lib/image-reference.ts';
import type { ArchiveFiles } from './archive-files.ts';
import type { LoadableImage } from './loadable-image.ts';
import { readDocument, readJson } from './loadable-image.ts';

export const MANIFEST_PATH = 'manifest.json';

interface ManifestItem {
  readonly config: string;
  readonly repoTags: readonly string[];
  readonly layers: readonly string[];
  readonly parent: ImageId | undefined;
}

/** The images of an archive that `docker save` wrote, since Docker 1.10: `manifest.json` lists them. */
export async function readDockerArchive(files: ArchiveFiles, content: ContentStore): Promise<LoadableImage[]> {
  const items = parseManifest(await readJson(content, files.get(MANIFEST_PATH), MANIFEST_PATH));
  const images: LoadableImage[] = [];
  for (const item of items) {
    const document = await readDocument(content, files.get(item.config).digest);
    const [expected, actual] = [item.layers.length, document.diffIds.length];
    if (expected !== actual) {
      throw invalidArgument(`invalid manifest, layers length mismatch: expected ${expected}, got ${actual}`);
    }
    const layers = item.layers.map((path) => () => files.get(path));
    images.push({ document, layers, names: item.repoTags.map(parseTag), parentId: item.parent });
  }
  return images;
}

/** @throws invalid_argument for a name without a tag. */
function parseTag(text: string): ImageReference {
  const reference = parseReference(text);
  if (reference.tag === undefined || reference.digest !== undefined) {
    throw invalidArgument(`invalid tag ${JSON.stringify(text)}`);
  }
  return reference;
}

function parseManifest(json: unknown): ManifestItem[] {
  if (json === null) {
    throw invalidArgument('invalid manifest, manifest cannot be null (but can be [])');
  }
  if (!Array.isArray(json)) throw brokenImageArchive(`${MANIFEST_PATH} is no list`);
  return json.map((item: unknown) => {
    if (typeof item !== 'object' || item === null) throw brokenImageArchive(`${MANIFEST_PATH} lists no objects`);
    const { Config, RepoTags, Layers, Parent } = item as Record<string, unknown>;
    if (typeof Config !== 'string') throw brokenImageArchive(`${MANIFEST_PATH} names no configuration`);
    return {
      config: Config,
      repoTags: texts(RepoTags, 'RepoTags'),
      layers: texts(Layers, 'Layers'),
      parent: typeof Parent === 'string' && isDigest(Parent) ? (Parent as string as ImageId) : undefined,
    };
  });
}

function texts(value: unknown, field: string): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw brokenImageArchive(`${MANIFEST_PATH}: ${field} is no list of strings`);
}
