import { volumeDriverNotFound } from '../errors/volumes.ts';
import { randomId } from '../lib/ids.ts';
import { formatDate } from '../lib/timestamps.ts';
import type { VolumeRecord } from '../state/volumes.ts';
import { checkLocalOptions } from './local-options.ts';
import type { VolumesContext } from './volume-context.ts';
import { checkVolumeName } from './volume-name.ts';

type Pairs = Readonly<Record<string, string>>;

export interface VolumeRequest {
  /** Empty for a volume without a name: it gets a random one, and the label that tells so. */
  readonly name: string;
  /** Empty for the default. */
  readonly driver: string;
  readonly options: Pairs | null;
  readonly labels: Pairs | null;
}

/** By which Docker knows volumes that go with their containers. */
export const ANONYMOUS_LABEL = 'com.docker.volume.anonymous';
export const LOCAL_DRIVER = 'local';

/**
 * Makes a volume, or finds the one of that name, whatever else was asked for it. The folder comes first, so
 * that no row is without one: what a crash leaves of it is empty, no row knows it, and it goes at the next start.
 * @throws invalid_argument, not_found for the driver.
 */
export function createVolume(context: VolumesContext, request: VolumeRequest, holder?: string): Promise<VolumeRecord> {
  const isAnonymous = request.name === '';
  const name = isAnonymous ? randomId<string>() : request.name;
  if (request.driver !== '' && request.driver !== LOCAL_DRIVER) throw volumeDriverNotFound(name, request.driver);
  return context.locks.run(name, async () => {
    const there = context.store.find(name);
    if (there === undefined) {
      checkVolumeName(name);
      checkLocalOptions(name, request.options ?? {});
    }
    if (holder !== undefined) context.store.hold(name, holder);
    return there ?? (await make(context, name, isAnonymous, request));
  });
}

async function make(
  { store, directories, events }: VolumesContext,
  name: string,
  isAnonymous: boolean,
  { options, labels }: VolumeRequest,
): Promise<VolumeRecord> {
  const record: VolumeRecord = {
    name,
    createdAt: formatDate(new Date(Math.floor(Date.now() / 1000) * 1000)),
    options: options === null || Object.keys(options).length === 0 ? null : options,
    labels: isAnonymous ? { ...labels, [ANONYMOUS_LABEL]: '' } : labels,
  };
  await directories.make(name);
  store.insert(record);
  events.publish({ type: 'volume', action: 'create', actorId: name, attributes: { driver: LOCAL_DRIVER } });
  return record;
}
