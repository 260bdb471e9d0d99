import type { VolumeUsage } from '../../client/system.ts';
import { labelsText } from '../format/labels-text.ts';
import type { ListKind } from '../format/list-kind.ts';
import { humanSize } from '../format/units.ts';

/** What a list of volumes can show; how much one holds is known to `system df` alone. */
export const volumeRows: ListKind<VolumeUsage> = {
  typeName: 'formatter.volumeContext',
  headers: {
    Name: 'VOLUME NAME',
    Driver: 'DRIVER',
    Scope: 'SCOPE',
    Availability: 'AVAILABILITY',
    Mountpoint: 'MOUNTPOINT',
    Labels: 'LABELS',
    Links: 'LINKS',
    Size: 'SIZE',
    Group: 'GROUP',
    Status: 'STATUS',
  },
  fields: {
    Name: ({ Name }) => Name,
    Driver: ({ Driver }) => Driver,
    Scope: ({ Scope }) => Scope,
    Mountpoint: ({ Mountpoint }) => Mountpoint,
    Labels: ({ Labels }) => labelsText(Labels),
    Links: ({ UsageData }) => (UsageData ? String(UsageData.RefCount) : 'N/A'),
    Size: ({ UsageData }) => (UsageData ? humanSize(UsageData.Size) : 'N/A'),
    // What follows only concerns swarm's volumes.
    Availability: () => 'N/A',
    Group: () => 'N/A',
    Status: () => 'N/A',
  },
  labels: ({ Labels }) => Labels,
};
