import type { ImageSummary } from '../../client/images.ts';
import { EngineError } from '../../errors/engine-error.ts';
import { familiarRepository, type ImageReference, parseReference } from '../../lib/image-reference.ts';
import type { Column } from '../format/list.ts';
import type { ListKind } from '../format/list-kind.ts';
import { goTimeText } from '../format/local-time.ts';
import { shortId } from '../format/short-id.ts';
import { ago, humanSize } from '../format/units.ts';

/** One line of an image list: an image has one for each of its tags. */
export interface ImageRow {
  readonly image: ImageSummary;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

const NONE = '<none>';
const NOT_COMPUTED = -1;
/** 0001-01-01T00:00:00Z, which is what an image without a creation time has. */
const GO_ZERO_TIME = -62135596800;

export function imageRows(truncates: boolean): ListKind<ImageRow> {
  const amount = (value: number, text: (value: number) => string) => (value === NOT_COMPUTED ? 'N/A' : text(value));
  return {
    typeName: 'formatter.imageContext',
    headers: {
      ID: 'IMAGE ID',
      Repository: 'REPOSITORY',
      Tag: 'TAG',
      Digest: 'DIGEST',
      CreatedSince: 'CREATED',
      CreatedAt: 'CREATED AT',
      Size: 'SIZE',
      Containers: 'CONTAINERS',
      VirtualSize: 'SIZE',
      SharedSize: 'SHARED SIZE',
      UniqueSize: 'UNIQUE SIZE',
    },
    fields: {
      ID: ({ image }) => (truncates ? shortId(image.Id) : image.Id),
      Repository: ({ repository }) => repository,
      Tag: ({ tag }) => tag,
      Digest: ({ digest }) => digest,
      CreatedSince: ({ image }) => (image.Created === GO_ZERO_TIME ? '' : ago(image.Created)),
      CreatedAt: ({ image }) => goTimeText(image.Created),
      Size: ({ image }) => humanSize(image.Size, 3),
      Containers: ({ image }) => amount(image.Containers, String),
      VirtualSize: ({ image }) => humanSize(image.Size),
      SharedSize: ({ image }) => amount(image.SharedSize, (size) => humanSize(size)),
      UniqueSize: ({ image }) =>
        amount(image.SharedSize, () => amount(image.Size, (size) => humanSize(size - image.SharedSize))),
    },
  };
}

export function imageColumns(withDigests: boolean): readonly Column<ImageRow>[] {
  return [
    'Repository',
    'Tag',
    ...(withDigests ? ['Digest'] : []),
    'ID',
    { field: 'CreatedSince', text: ({ image }) => (image.Created === GO_ZERO_TIME ? 'N/A' : ago(image.Created)) },
    'Size',
  ];
}

export interface RowOptions {
  /** A row for every digest. */
  readonly byDigest: boolean;
  /** Tags are shown with their digests: also where a template asks for them. */
  readonly withDigests: boolean;
}

/** The lines for each image: by tag, and by digest where an image has no tag in that repository. */
export function rowsOf(images: readonly ImageSummary[], { byDigest, withDigests }: RowOptions): ImageRow[] {
  return images.flatMap((image) => {
    if (isDangling(image)) return [{ image, repository: NONE, tag: NONE, digest: NONE }];
    const tags = byRepository(image.RepoTags ?? [], 'tag');
    const digests = byRepository(image.RepoDigests ?? [], 'digest');
    const rows: ImageRow[] = [];
    for (const [repository, repositoryTags] of tags) {
      const known = (withDigests ? digests.get(repository) : undefined) ?? [NONE];
      digests.delete(repository);
      for (const tag of repositoryTags) for (const digest of known) rows.push({ image, repository, tag, digest });
    }
    for (const [repository, known] of digests) {
      for (const digest of byDigest ? known : ['']) rows.push({ image, repository, tag: NONE, digest });
    }
    return rows;
  });
}

/** Daemons of before 1.43 write the absence of a name as a name. */
function isDangling({ RepoTags, RepoDigests }: ImageSummary): boolean {
  const tags = RepoTags ?? [];
  const digests = RepoDigests ?? [];
  if (tags.length === 0 && digests.length === 0) return true;
  return tags.length === 1 && tags[0] === '<none>:<none>' && digests.length === 1 && digests[0] === '<none>@<none>';
}

function byRepository(references: readonly string[], part: 'tag' | 'digest'): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const text of references) {
    const reference = parsed(text);
    const value = reference?.[part];
    if (reference === undefined || value === undefined) continue;
    const name = familiarRepository(reference);
    found.set(name, [...(found.get(name) ?? []), value]);
  }
  return found;
}

/** Undefined for what is no name: `<none>:<none>`. */
function parsed(text: string): ImageReference | undefined {
  try {
    return parseReference(text);
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}
