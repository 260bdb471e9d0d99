import { join } from 'node:path';
import type { Containers } from '../../containers/containers.ts';
import type { EventBus } from '../../events/event-bus.ts';
import type { LayerStore } from '../../layers/layer-store.ts';
import { measureTree } from '../../layers/measure-tree.ts';
import type { StateDatabase } from '../../state/database.ts';
import type { Syscalls } from '../../sys/syscalls.ts';
import { Volumes } from '../../volumes/volumes.ts';
import type { DaemonLog } from '../log.ts';
import type { DaemonConfig } from '../options/config.ts';

export interface VolumeParts {
  readonly state: StateDatabase;
  readonly events: EventBus;
  readonly syscalls: Syscalls;
  readonly log: DaemonLog;
  readonly layers: LayerStore;
  /** Containers need volumes to be made, and volumes ask them later who uses which. */
  readonly users: () => Containers;
}

export function wireVolumes(config: DaemonConfig, parts: VolumeParts): Volumes {
  const { state, events, syscalls, log, layers, users } = parts;
  return new Volumes({
    root: join(config.dataRoot, 'volumes'),
    state,
    syscalls,
    events,
    users: {
      containersUsing: (volume) => users().usingVolume(volume),
    },
    files: {
      pack: async (directory) => (await layers.readPath({ root: directory, mounts: [] }, '/.')).archive,
      unpack: (directory, archive) =>
        layers.writePath({ root: directory, mounts: [] }, '/', archive, {
          keepKinds: false,
          owner: undefined,
          withRoot: true,
        }),
      measure: (directory) => measureTree(Buffer.from(directory)),
    },
    warn: (message) => log.warn(message),
  });
}
