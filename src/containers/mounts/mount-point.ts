import type { ContainerId } from '../../lib/ids.ts';

/**
 * Something that is mounted in a container, as its record keeps it: what it is, not where its files are on the host.
 */
export interface MountPoint {
  readonly type: 'bind' | 'volume' | 'tmpfs' | 'image';
  /** Absolute and cleaned, as the container's processes name it. */
  readonly destination: string;
  readonly writable: boolean;
  /** The words behind the second colon of `-v`, as they were given. */
  readonly mode: string;
  /** A bind's path on the host, an image's ID; empty otherwise. */
  readonly source: string;
  /** A volume's name; empty otherwise. */
  readonly name: string;
  /** The volume was made for this container and has no name that anybody gave it: it may go with the container. */
  readonly isAnonymous: boolean;
  /** Whether a volume that is empty is filled from the image. */
  readonly copiesData: boolean;
  /** A folder in the volume or image that is mounted in place of the whole; empty for the whole. */
  readonly subpath: string;
  /** Of binds: empty means the default, `rprivate`. */
  readonly propagation: string;
  readonly recursive: boolean;
  /** How far a read-only bind goes into what is mounted below it. */
  readonly readonlyDepth: 'where-possible' | 'must' | 'top';
  /** Whether a host folder that is missing is made at the start. */
  readonly createsSource: boolean;
  /** Of tmpfs, as mount(8) has them. */
  readonly tmpfsOptions: string;
  /** Of images: the layer that takes what the container writes there, which goes with it; empty otherwise. */
  readonly layer: ContainerId;
}

const BARE: Omit<MountPoint, 'type' | 'destination'> = {
  writable: true,
  mode: '',
  source: '',
  name: '',
  isAnonymous: false,
  copiesData: false,
  subpath: '',
  propagation: '',
  recursive: true,
  readonlyDepth: 'where-possible',
  createsSource: false,
  tmpfsOptions: '',
  layer: '' as ContainerId,
};

/** A mount point with everything as it is where nobody says otherwise. */
export function mountPoint(given: Pick<MountPoint, 'type' | 'destination'> & Partial<MountPoint>): MountPoint {
  return { ...BARE, ...given };
}
