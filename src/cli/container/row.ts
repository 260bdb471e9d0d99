import type { ContainerSummary, MountSummary } from '../../client/container-list.ts';
import { EngineError } from '../../errors/engine-error.ts';
import { goQuote } from '../../lib/go-quote.ts';
import { familiarReference, parseReference } from '../../lib/image-reference.ts';
import { ellipsis } from '../format/ellipsis.ts';
import { labelsText } from '../format/labels-text.ts';
import type { Column } from '../format/list.ts';
import type { ListKind } from '../format/list-kind.ts';
import { goTimeText } from '../format/local-time.ts';
import { shortId } from '../format/short-id.ts';
import { ago, humanSize } from '../format/units.ts';
import { portsText } from './ports-text.ts';

const COMMAND_WIDTH = 20;
const MOUNT_WIDTH = 15;

/** A container as lists show it; `truncates` is false with --no-trunc. */
export function containerRows(truncates: boolean): ListKind<ContainerSummary> {
  return {
    typeName: 'formatter.ContainerContext',
    headers: {
      ID: 'CONTAINER ID',
      Names: 'NAMES',
      Image: 'IMAGE',
      Command: 'COMMAND',
      CreatedAt: 'CREATED AT',
      RunningFor: 'CREATED',
      Platform: 'PLATFORM',
      Ports: 'PORTS',
      State: 'STATE',
      Status: 'STATUS',
      Size: 'SIZE',
      Labels: 'LABELS',
      Mounts: 'MOUNTS',
      LocalVolumes: 'LOCAL VOLUMES',
      Networks: 'NETWORKS',
    },
    fields: {
      ID: ({ Id }) => (truncates ? shortId(Id) : Id),
      Names: ({ Names }) => namesText(Names ?? [], truncates),
      Image: (row) => imageText(row, truncates),
      Command: ({ Command }) => goQuote(truncates ? ellipsis(Command, COMMAND_WIDTH) : Command),
      CreatedAt: ({ Created }) => goTimeText(Created),
      RunningFor: ({ Created }) => ago(Created),
      Platform: () => null,
      Ports: ({ Ports }) => portsText(Ports ?? []),
      State: ({ State }) => State,
      Status: ({ Status }) => Status,
      Size: sizeText,
      Labels: ({ Labels }) => labelsText(Labels),
      Mounts: ({ Mounts }) => (Mounts ?? []).map((mount) => mountText(mount, truncates)).join(','),
      LocalVolumes: ({ Mounts }) => String((Mounts ?? []).filter(({ Driver }) => Driver === 'local').length),
      Networks: ({ NetworkSettings }) => Object.keys(NetworkSettings?.Networks ?? {}).join(','),
    },
    labels: ({ Labels }) => Labels,
  };
}

export function containerColumns(withSize: boolean): readonly Column<ContainerSummary>[] {
  const columns = ['ID', 'Image', 'Command', 'RunningFor', 'Status', 'Ports', 'Names'];
  return withSize ? [...columns, 'Size'] : columns;
}

/** Without a container's names inside others, which links make, unless everything is asked for. */
function namesText(names: readonly string[], truncates: boolean): string {
  const plain = names.map((name) => name.replace(/^\//, ''));
  if (!truncates) return plain.join(',');
  return plain.find((name) => !name.includes('/')) ?? '';
}

function imageText({ Image, ImageID }: ContainerSummary, truncates: boolean): string {
  if (Image === '') return '<no image>';
  if (!truncates) return Image;
  if (shortId(Image) === shortId(ImageID) && ImageID !== '') return shortId(ImageID);
  // Such a name is familiar already.
  if (!/[@/]/.test(Image)) return Image;
  try {
    return familiarReference({ ...parseReference(Image), digest: undefined });
  } catch (error) {
    // An image that was given by its ID, or by a name that only an older daemon allowed.
    if (error instanceof EngineError) return Image;
    throw error;
  }
}

function sizeText({ SizeRw = 0, SizeRootFs = 0 }: ContainerSummary): string {
  const own = humanSize(SizeRw, 3);
  return SizeRootFs > 0 ? `${own} (virtual ${humanSize(SizeRootFs, 3)})` : own;
}

function mountText({ Name = '', Source }: MountSummary, truncates: boolean): string {
  const name = Name === '' ? Source : Name;
  return truncates ? ellipsis(name, MOUNT_WIDTH) : name;
}
