import type { ContainerSummary } from '../../client/container-list.ts';
import type { BuildCacheUsage, DiskUsage, VolumeUsage } from '../../client/system.ts';
import { containerRows } from '../container/row.ts';
import { formatTable } from '../format/list.ts';
import type { ListKind } from '../format/list-kind.ts';
import { ago, humanSize } from '../format/units.ts';
import { type ImageRow, imageRows, rowsOf } from '../image/row.ts';
import { volumeRows } from '../volume/row.ts';
import { sum } from './usage-summary.ts';

const NONE = '<none>';

/** The rows of `system df -v`, by section. */
export interface UsageSections {
  readonly images: readonly ImageRow[];
  readonly containers: readonly ContainerSummary[];
  readonly volumes: readonly VolumeUsage[];
  readonly buildCache: readonly BuildCacheUsage[];
}

/** An image has one row here, under its first tag; a container's size is what it wrote itself. */
export function sectionsOf(usage: DiskUsage): UsageSections {
  return {
    images: (usage.Images ?? []).map((image) => {
      const [first] = rowsOf([{ ...image, RepoTags: (image.RepoTags ?? []).slice(0, 1), RepoDigests: [] }], {
        byDigest: false,
        withDigests: false,
      });
      return { image, repository: first?.repository ?? NONE, tag: first?.tag ?? NONE, digest: '' };
    }),
    containers: (usage.Containers ?? []).map((container) => ({ ...container, SizeRootFs: 0 })),
    volumes: usage.Volumes ?? [],
    buildCache: usage.BuildCache ?? [],
  };
}

export function detailsText({ images, containers, volumes, buildCache }: UsageSections): string {
  const cacheBytes = sum(buildCache.filter(({ Shared }) => !Shared).map(({ Size }) => Size));
  return [
    'Images space usage:\n\n',
    formatTable({
      kind: imageRows(true),
      rows: images,
      columns: ['Repository', 'Tag', 'ID', 'CreatedSince', 'Size', 'SharedSize', 'UniqueSize', 'Containers'],
    }),
    '\nContainers space usage:\n\n',
    formatTable({
      kind: containerRows(true),
      rows: containers,
      columns: ['ID', 'Image', 'Command', 'LocalVolumes', 'Size', 'RunningFor', 'Status', 'Names'],
    }),
    '\nLocal Volumes space usage:\n\n',
    formatTable({ kind: volumeRows, rows: volumes, columns: ['Name', 'Links', 'Size'] }),
    `\nBuild cache usage: ${humanSize(cacheBytes)}\n\n`,
    formatTable({
      kind: buildCacheRows(true),
      rows: buildCache,
      columns: ['ID', 'CacheType', 'Size', 'CreatedSince', 'LastUsedSince', 'UsageCount', 'Shared'],
    }),
  ].join('');
}

function buildCacheRows(truncates: boolean): ListKind<BuildCacheUsage> {
  const since = (time: string | null | undefined) => (time ? ago(Date.parse(time) / 1000) : '');
  return {
    typeName: 'formatter.buildCacheContext',
    headers: {
      ID: 'CACHE ID',
      CacheType: 'CACHE TYPE',
      Size: 'SIZE',
      CreatedSince: 'CREATED',
      LastUsedSince: 'LAST USED',
      UsageCount: 'USAGE',
      Shared: 'SHARED',
    },
    fields: {
      ID: ({ ID, InUse }) => (truncates ? ID.slice(0, 12) : ID) + (InUse ? '*' : ''),
      Parent: ({ Parents }) => (Parents ?? []).map((parent) => (truncates ? parent.slice(0, 12) : parent)).join(', '),
      CacheType: ({ Type }) => Type,
      Description: ({ Description }) => Description,
      Size: ({ Size }) => humanSize(Size, 3),
      CreatedAt: ({ CreatedAt }) => CreatedAt,
      CreatedSince: ({ CreatedAt }) => since(CreatedAt),
      LastUsedAt: ({ LastUsedAt }) => LastUsedAt ?? '',
      LastUsedSince: ({ LastUsedAt }) => since(LastUsedAt),
      UsageCount: ({ UsageCount }) => String(UsageCount),
      InUse: ({ InUse }) => String(InUse),
      Shared: ({ Shared }) => String(Shared),
    },
  };
}

/** The kinds for templates, which see whole IDs. */
export const detailKinds = {
  images: imageRows(false),
  containers: containerRows(false),
  volumes: volumeRows,
  buildCache: buildCacheRows(false),
};
