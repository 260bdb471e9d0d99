import type { DiskUsage } from '../../client/system.ts';
import type { ListKind } from '../format/list-kind.ts';
import { humanSize } from '../format/units.ts';

/** One line of `system df`. */
export interface UsageLine {
  readonly type: string;
  readonly total: number;
  readonly active: number;
  readonly sizeBytes: number;
  readonly reclaimableBytes: number;
  /** Whether the reclaimable part is also shown in percent. */
  readonly inPercent: boolean;
}

export const usageRows: ListKind<UsageLine> = {
  // The rows' Go types differ, but a template's mistake is found at the first row, which is the images'.
  typeName: 'formatter.diskUsageImagesContext',
  headers: { Type: 'TYPE', TotalCount: 'TOTAL', Active: 'ACTIVE', Size: 'SIZE', Reclaimable: 'RECLAIMABLE' },
  fields: {
    Type: ({ type }) => type,
    TotalCount: ({ total }) => String(total),
    Active: ({ active }) => String(active),
    Size: ({ sizeBytes }) => humanSize(sizeBytes),
    Reclaimable: reclaimableText,
  },
};

function reclaimableText({ sizeBytes, reclaimableBytes, inPercent }: UsageLine): string {
  const size = humanSize(reclaimableBytes);
  return inPercent && sizeBytes > 0 ? `${size} (${Math.trunc((reclaimableBytes * 100) / sizeBytes)}%)` : size;
}

export function summarize(usage: DiskUsage): UsageLine[] {
  return [imageLine(usage), containerLine(usage), volumeLine(usage), buildCacheLine(usage)];
}

function imageLine({ Images, LayersSize }: DiskUsage): UsageLine {
  const images = Images ?? [];
  const active = images.filter(({ Containers }) => Containers > 0);
  // Sizes that were not computed count for nothing.
  const known = images.filter(
    ({ Containers, Size, SharedSize }) => Containers !== 0 && Size !== -1 && SharedSize !== -1,
  );
  const used = sum(known.map(({ Size, SharedSize }) => Size - SharedSize));
  return {
    type: 'Images',
    total: images.length,
    active: active.length,
    sizeBytes: LayersSize,
    reclaimableBytes: LayersSize - used,
    inPercent: true,
  };
}

function containerLine({ Containers }: DiskUsage): UsageLine {
  const containers = Containers ?? [];
  const isActive = (state: string) => /running|paused|restarting/.test(state);
  const idle = containers.filter(({ State }) => !isActive(State));
  return {
    type: 'Containers',
    total: containers.length,
    active: containers.length - idle.length,
    sizeBytes: sum(containers.map(({ SizeRw = 0 }) => SizeRw)),
    reclaimableBytes: sum(idle.map(({ SizeRw = 0 }) => SizeRw)),
    inPercent: true,
  };
}

function volumeLine({ Volumes }: DiskUsage): UsageLine {
  const usages = (Volumes ?? []).map(({ UsageData }) => UsageData ?? { RefCount: 0, Size: 0 });
  const known = usages.filter(({ Size }) => Size !== -1);
  return {
    type: 'Local Volumes',
    total: usages.length,
    active: usages.filter(({ RefCount }) => RefCount > 0).length,
    sizeBytes: sum(known.map(({ Size }) => Size)),
    reclaimableBytes: sum(known.filter(({ RefCount }) => RefCount === 0).map(({ Size }) => Size)),
    inPercent: true,
  };
}

function buildCacheLine({ BuildCache }: DiskUsage): UsageLine {
  const records = BuildCache ?? [];
  const own = records.filter(({ Shared }) => !Shared);
  const size = sum(own.map(({ Size }) => Size));
  return {
    type: 'Build Cache',
    total: records.length,
    active: records.filter(({ InUse }) => InUse).length,
    sizeBytes: size,
    reclaimableBytes: size - sum(own.filter(({ InUse }) => InUse).map(({ Size }) => Size)),
    inPercent: false,
  };
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
