import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiClient } from '../../client/api-client.ts';
import { listImages, loadImages, removeImage } from '../../client/images.ts';
import { parseIgnoreRules } from '../../lib/ignore-rules.ts';
import { readJsonLines } from '../../lib/json-lines.ts';
import { CliError } from '../errors.ts';
import { fileErrorText } from '../io/file-error.ts';
import { packContext } from './pack-context.ts';

const NAME = 'org.opencontainers.image.ref.name';

interface Descriptor {
  readonly digest: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface LayoutImage {
  readonly id: string;
  /** Takes it away again, unless it was there before. */
  remove(): Promise<void>;
}

/**
 * Gives the daemon one image of a layout on this host, without any name: `folder`, `folder:tag`, `folder@sha256:…`.
 * @throws CliError for what is no layout, or has no such image
 */
export async function loadLayout(client: ApiClient, source: string): Promise<LayoutImage> {
  const [, folder = '', tag, digest] = /^(.*?)(?::([\w.-]+))?(?:@([a-z0-9]+:[a-f0-9]+))?$/s.exec(source) ?? [];
  const { manifests, ...index } = readIndex(folder);
  const chosen = choose(manifests, tag, digest);
  if (chosen === undefined) throw new CliError(`there is no image ${tag ?? digest ?? 'latest'} in ${folder}`);
  const { annotations: _, ...nameless } = chosen;
  const only = { ...index, manifests: [nameless] };
  const added = [
    { name: 'oci-layout', content: Buffer.from('{"imageLayoutVersion":"1.0.0"}') },
    { name: 'index.json', content: Buffer.from(JSON.stringify(only)) },
  ];
  const blobs = { directory: join(folder, 'blobs'), prefix: 'blobs/', rules: parseIgnoreRules(''), always: EMPTY };
  const before = new Set((await listImages(client, { all: true })).map(({ Id }) => Id));
  const id = await load(client, streamed(packContext([blobs], added)));
  const remove = async () => {
    if (!before.has(id)) await removeImage(client, id, { force: false, noPrune: false, platforms: [] });
  };
  return { id, remove };
}

const EMPTY: ReadonlySet<string> = new Set();

function readIndex(folder: string): { readonly manifests: readonly Descriptor[] } {
  const path = join(folder, 'index.json');
  try {
    const index = JSON.parse(readFileSync(path, 'utf8')) as { readonly manifests?: readonly Descriptor[] };
    return { ...index, manifests: index.manifests ?? [] };
  } catch (error) {
    if (error instanceof SyntaxError) throw new CliError(`${path} is no index of images`, 1, { cause: error });
    throw new CliError(fileErrorText('open', path, error), 1, { cause: error });
  }
}

/** Without a tag: the one called `latest`, or the only one. */
function choose(
  manifests: readonly Descriptor[],
  tag: string | undefined,
  digest: string | undefined,
): Descriptor | undefined {
  if (digest !== undefined) return manifests.find((manifest) => manifest.digest === digest);
  const named = manifests.find(({ annotations }) => annotations?.[NAME] === (tag ?? 'latest'));
  return named ?? (tag === undefined && manifests.length === 1 ? manifests[0] : undefined);
}

async function load(client: ApiClient, archive: AsyncIterable<Uint8Array>): Promise<string> {
  const answer = await loadImages(client, archive, { quiet: true, platform: '' });
  let id = '';
  for await (const message of readJsonLines(answer.chunks())) {
    const { stream = '', error } = message as { readonly stream?: string; readonly error?: string };
    if (error !== undefined) throw new CliError(error);
    id = /sha256:[0-9a-f]{64}/.exec(stream)?.[0] ?? id;
  }
  if (id === '') throw new CliError('the daemon has not told which image it has loaded');
  return id;
}

async function* streamed(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
