import { descriptorPath } from '../sys/descriptor-path.ts';
import { openBelow } from '../sys/open-below.ts';

/** Something to mount that stays what it is until it is closed. */
export interface HeldPath {
  readonly path: string;
  close(): Promise<void>;
}

/**
 * A file or folder of a volume, or of an image's root, as something to mount: whoever moves things about in there from
 * now on changes nothing of what is mounted. @throws internal with Docker's text for one that is not there.
 */
export async function holdSubpath(root: string, subpath: string): Promise<HeldPath> {
  const handle = await openBelow(root, subpath);
  return { path: descriptorPath(handle.fd), close: () => handle.close() };
}
