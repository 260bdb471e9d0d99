import { parseByteSize } from '../../lib/byte-size.ts';
import type { FlagValues } from '../flags/flag.ts';
import { list, parsed, string } from '../flags/kinds.ts';

export const availability = string('Cluster Volume availability ("active", "pause", "drain")', { initial: 'active' });

/** Flags for volumes of a swarm: they are sent, and this engine's answer is that it is in none. */
export const clusterFlags = {
  availability,
  group: string('Cluster Volume group (cluster volumes)'),
  'limit-bytes': parsed('bytes', 'Minimum size of the Cluster Volume in bytes', parseByteSize),
  'required-bytes': parsed('bytes', 'Maximum size of the Cluster Volume in bytes', parseByteSize),
  scope: string('Cluster Volume access scope ("single", "multi")', { initial: 'single' }),
  secret: list('Cluster Volume secrets', { type: 'map', defaultText: 'map[]' }),
  sharing: string('Cluster Volume access sharing ("none", "readonly", "onewriter", "all")', { initial: 'none' }),
  'topology-preferred': list('A topology that the Cluster Volume would be preferred in'),
  'topology-required': list('A topology that the Cluster Volume must be accessible from'),
  type: string('Cluster Volume access type ("mount", "block")', { initial: 'block' }),
};

export const CLUSTER_FLAG_NAMES = Object.keys(clusterFlags) as (keyof typeof clusterFlags)[];

/** The part of the request that says so. */
export function clusterSpec(flags: FlagValues<typeof clusterFlags>): object {
  return {
    Group: flags.group,
    AccessMode: {
      Scope: flags.scope,
      Sharing: flags.sharing,
      ...(flags.type === 'mount' ? { MountVolume: {} } : { BlockVolume: {} }),
    },
    CapacityRange: { RequiredBytes: flags['required-bytes'] ?? 0, LimitBytes: flags['limit-bytes'] ?? 0 },
    Availability: flags.availability,
  };
}
