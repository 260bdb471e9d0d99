import type { ContainerStats } from '../../api-types/container-stats.ts';
import type { Column } from '../format/list.ts';
import type { ListKind } from '../format/list-kind.ts';
import { shortId } from '../format/short-id.ts';
import { binarySize, humanSize } from '../format/units.ts';

export interface StatsRow {
  /** The container as it was asked for. */
  readonly container: string;
  /** Undefined before its first answer. */
  readonly stats: ContainerStats | undefined;
}

export const statsColumns: readonly Column<StatsRow>[] = [
  'ID',
  'Name',
  'CPUPerc',
  'MemUsage',
  'MemPerc',
  'NetIO',
  'BlockIO',
  'PIDs',
];

export function statsRows(truncates: boolean): ListKind<StatsRow> {
  const shown =
    (text: (stats: ContainerStats) => string, unknown = '--') =>
    ({ stats }: StatsRow) =>
      stats === undefined ? unknown : text(stats);
  return {
    typeName: 'container.statsContext',
    headers: {
      Container: 'CONTAINER',
      ID: 'CONTAINER ID',
      Name: 'NAME',
      CPUPerc: 'CPU %',
      MemUsage: 'MEM USAGE / LIMIT',
      MemPerc: 'MEM %',
      NetIO: 'NET I/O',
      BlockIO: 'BLOCK I/O',
      PIDs: 'PIDS',
    },
    fields: {
      BlockIO: shown(blockIoText),
      CPUPerc: shown((stats) => percent(cpuPercent(stats))),
      Container: ({ container }) => container,
      ID: shown(({ id }) => (truncates ? shortId(id) : id)),
      MemPerc: shown((stats) => percent(memoryPercent(stats))),
      MemUsage: shown(
        (stats) => `${binarySize(usedMemory(stats))} / ${binarySize(stats.memory_stats.limit ?? 0)}`,
        '-- / --',
      ),
      Name: shown(({ name }) => name.replace(/^\//, '')),
      NetIO: shown(networkText),
      PIDs: shown(({ pids_stats }) => String(pids_stats.current ?? 0)),
    },
  };
}

/** Of one processor: 200 % is two of them, busy. */
export function cpuPercent({ cpu_stats: now, precpu_stats: before }: ContainerStats): number {
  const own = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const all = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  const cpus = now.online_cpus ?? now.cpu_usage.percpu_usage?.length ?? 0;
  return own > 0 && all > 0 ? (own / all) * cpus * 100 : 0;
}

/** Without files that the kernel can drop: the field's name tells the version of control groups. */
export function usedMemory({ memory_stats: { usage = 0, stats = {} } }: ContainerStats): number {
  const cached = Number(stats['total_inactive_file'] ?? stats['inactive_file'] ?? 0);
  return cached < usage ? usage - cached : usage;
}

function memoryPercent(stats: ContainerStats): number {
  const limit = stats.memory_stats.limit ?? 0;
  return limit === 0 ? 0 : (usedMemory(stats) / limit) * 100;
}

function percent(value: number): string {
  return `${value.toFixed(2)}%`;
}

function blockIoText({ blkio_stats }: ContainerStats): string {
  const entries = blkio_stats['io_service_bytes_recursive'] ?? [];
  const sum = (letter: string) =>
    entries.filter(({ op }) => op.toLowerCase().startsWith(letter)).reduce((total, { value }) => total + value, 0);
  return `${humanSize(sum('r'), 3)} / ${humanSize(sum('w'), 3)}`;
}

function networkText({ networks = {} }: ContainerStats): string {
  const sum = (field: 'rx_bytes' | 'tx_bytes') => Object.values(networks).reduce((total, one) => total + one[field], 0);
  return `${humanSize(sum('rx_bytes'), 3)} / ${humanSize(sum('tx_bytes'), 3)}`;
}
