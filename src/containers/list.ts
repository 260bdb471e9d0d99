import type { ContainerSummary } from '../api-types/container.ts';
import { EngineError } from '../errors/engine-error.ts';
import type { Filters } from '../lib/filters.ts';
import type { ContainersContext } from './context.ts';
import { listFilter } from './list/list-filter.ts';
import { statusText } from './list/status-text.ts';
import { shownMounts } from './mounts/shown-mounts.ts';
import { networksOf } from './networks/network-settings.ts';
import { portListOf } from './networks/shown-ports.ts';
import { type ContainerRecord, isRunning } from './record.ts';
import { sizesOf } from './sizes.ts';

export interface ListOptions {
  /** Also those that do not run. */
  readonly all: boolean;
  /** The newest so many, running or not; 0 for no limit. */
  readonly limit: number;
  readonly size: boolean;
  readonly filters: Filters;
}

/** Newest first. @throws what the filters say. */
export async function listContainers(context: ContainersContext, options: ListOptions): Promise<ContainerSummary[]> {
  const { limit, filters } = options;
  const matches = await listFilter(context, filters);
  const all = options.all || limit > 0 || filters.has('status');
  const records = context.store.all().filter((record) => (all || isRunning(record)) && matches(record));
  const shown = limit > 0 ? records.slice(0, limit) : records;
  const nameOfImage = imageNamer(context);
  const nowMs = Date.now();
  return Promise.all(
    shown.map(async (record) => {
      const sizes = options.size ? await sizeFields(context, record) : {};
      return summaryOf(context, record, nowMs, await nameOfImage(record), sizes);
    }),
  );
}

/** Sizes of zero are left out, as Docker does. */
async function sizeFields(
  context: ContainersContext,
  record: ContainerRecord,
): Promise<Pick<ContainerSummary, 'SizeRw' | 'SizeRootFs'>> {
  const { writableBytes, rootFsBytes } = await sizesOf(context, record);
  return {
    ...(writableBytes === 0 ? {} : { SizeRw: writableBytes }),
    ...(rootFsBytes === 0 ? {} : { SizeRootFs: rootFsBytes }),
  };
}

function summaryOf(
  context: ContainersContext,
  record: ContainerRecord,
  nowMs: number,
  image: string,
  sizes: Pick<ContainerSummary, 'SizeRw' | 'SizeRootFs'>,
): ContainerSummary {
  const { id, name, config, hostConfig, createdAtNs } = record;
  return {
    Id: id,
    Names: [`/${name}`],
    Image: image,
    ImageID: record.imageId,
    Command: commandText(record),
    Created: Number(BigInt(createdAtNs) / 1_000_000_000n),
    Ports: portListOf(context, record),
    ...sizes,
    Labels: config.Labels ?? {},
    State: record.state.status,
    Status: statusText(record, nowMs),
    HostConfig: { NetworkMode: hostConfig.NetworkMode },
    NetworkSettings: { Networks: networksOf(record) },
    Mounts: shownMounts(context, record),
  };
}

function commandText({ path, args }: ContainerRecord): string {
  return [path, ...args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg))].join(' ');
}

/** The name that a container was made from, while it still names the same image; its ID otherwise. */
function imageNamer({ images }: ContainersContext): (record: ContainerRecord) => Promise<string> {
  const current = new Map<string, Promise<string | undefined>>();
  async function idOf(name: string): Promise<string | undefined> {
    try {
      return (await images.resolve(name)).id;
    } catch (error) {
      if (error instanceof EngineError && error.kind !== 'internal') return undefined;
      throw error;
    }
  }
  return async ({ config, imageId }) => {
    const name = config.Image;
    const found = current.get(name) ?? idOf(name);
    current.set(name, found);
    return (await found) === imageId ? name : imageId;
  };
}
