import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrorCode } from '../../lib/system-error.ts';

export interface DeviceRule {
  readonly allow: boolean;
  readonly type?: 'b' | 'c';
  readonly major?: number;
  readonly minor?: number;
  readonly access: string;
}

export interface DeviceNode {
  readonly path: string;
  readonly type: 'b' | 'c';
  readonly major: number;
  readonly minor: number;
  readonly fileMode: number;
  readonly uid: number;
  readonly gid: number;
}

function rule(allow: boolean, major: number, minor: number): DeviceRule {
  return { allow, type: 'c', major, minor, access: 'rwm' };
}

/** Nothing but zero, null, urandom, random, tty and console; fuse is refused by name, as Docker does. */
export const DEFAULT_DEVICE_RULES: readonly DeviceRule[] = [
  { allow: false, access: 'rwm' },
  rule(true, 1, 5),
  rule(true, 1, 3),
  rule(true, 1, 9),
  rule(true, 1, 8),
  rule(true, 5, 0),
  rule(true, 5, 1),
  rule(false, 10, 229),
];

export const ALL_DEVICES: readonly DeviceRule[] = [{ allow: true, access: 'rwm' }];

/** Folders of /dev that are file systems of their own in a container. */
const SKIPPED_FOLDERS = new Set(['pts', 'shm', 'fd', 'mqueue', '.lxc', '.lxd-mounts', '.udev']);

/** Every device node of the host, for privileged containers. The console is the container's own. */
export async function hostDevices(folder = '/dev'): Promise<DeviceNode[]> {
  const nodes: DeviceNode[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name)) nodes.push(...(await hostDevices(path)));
    } else if ((entry.isCharacterDevice() || entry.isBlockDevice()) && entry.name !== 'console') {
      const node = await deviceNode(path);
      if (node !== undefined) nodes.push(node);
    }
  }
  return nodes;
}

/** @returns undefined for what is gone, or no device. */
export async function deviceNode(path: string): Promise<DeviceNode | undefined> {
  try {
    const { rdev, mode, uid, gid } = await lstat(path, { bigint: true });
    const format = Number(mode) & 0o170000;
    if (format !== 0o020000 && format !== 0o060000) return undefined;
    return {
      path,
      type: format === 0o020000 ? 'c' : 'b',
      ...deviceNumbers(rdev),
      fileMode: Number(mode) & 0o777,
      uid: Number(uid),
      gid: Number(gid),
    };
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** gnu_dev_major(3) and gnu_dev_minor(3). */
export function deviceNumbers(rdev: bigint): { readonly major: number; readonly minor: number } {
  return {
    major: Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & ~0xfffn)),
    minor: Number((rdev & 0xffn) | ((rdev >> 12n) & ~0xffn & 0xffffffffn)),
  };
}
