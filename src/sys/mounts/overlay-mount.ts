import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Syscalls } from '../syscalls.ts';

/** All paths but `target` are relative to `root` and free of `:`, `,` and `\`. */
export interface OverlayRequest {
  readonly root: string;
  /** The topmost first; at least one. */
  readonly lower: readonly string[];
  readonly upper: string;
  readonly work: string;
  readonly target: string;
  /** Leaves out the sync of the upper file system at unmount; the upper directory is then lost in a power cut. */
  readonly volatile: boolean;
}

/** mount(2) takes one page of options, with the closing zero. */
const DATA_LIMIT_BYTES = 4095;

/**
 * Renames of lower directories stay plain copies, as with Docker: `redirect_dir` and `metacopy`, which some kernels
 * switch on by default, would make an upper directory that means nothing without the layers below it.
 */
const FIXED_OPTIONS = 'index=off,redirect_dir=off,metacopy=off';

/**
 * Mounts an overlay. When the paths do not fit into mount's page of options, or hold characters that are special in
 * them, they are given by way of a descriptor of `root`, which is short and needs no change of the working directory.
 */
export async function mountOverlay(syscalls: Syscalls, request: OverlayRequest): Promise<void> {
  const direct = overlayData(request, request.root);
  if (!/[:,\\]/.test(request.root) && Buffer.byteLength(direct) <= DATA_LIMIT_BYTES) {
    return syscalls.mount({ source: 'overlay', target: request.target, fsType: 'overlay', data: direct });
  }
  const root = await open(request.root, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const data = overlayData(request, `/proc/self/fd/${root.fd}`);
    await syscalls.mount({ source: 'overlay', target: request.target, fsType: 'overlay', data });
  } finally {
    await root.close();
  }
}

function overlayData({ lower, upper, work, volatile }: OverlayRequest, root: string): string {
  const lowers = lower.map((path) => `${root}/${path}`).join(':');
  const paths = `lowerdir=${lowers},upperdir=${root}/${upper},workdir=${root}/${work}`;
  return `${FIXED_OPTIONS}${volatile ? ',volatile' : ''},${paths}`;
}
