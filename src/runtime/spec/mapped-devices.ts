import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { internalError } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { type DeviceNode, type DeviceRule, deviceNode } from './devices.ts';

/** A device of the host, or a folder of them, and where a container has it. */
export interface DeviceMapping {
  readonly pathOnHost: string;
  readonly pathInContainer: string;
  /** Of `r`, `w` and `m` (make nodes). */
  readonly permissions: string;
}

export interface MappedDevices {
  readonly nodes: readonly DeviceNode[];
  readonly rules: readonly DeviceRule[];
}

/**
 * Links are followed; of a folder all devices below it are taken, whatever else is in it.
 * @throws internal for what is neither, with Docker's texts.
 */
export async function mappedDevices(mappings: readonly DeviceMapping[]): Promise<MappedDevices> {
  const found = await Promise.all(mappings.map(mapDevice));
  return { nodes: found.flatMap(({ nodes }) => nodes), rules: found.flatMap(({ rules }) => rules) };
}

async function mapDevice(mapping: DeviceMapping): Promise<MappedDevices> {
  const { pathOnHost, pathInContainer, permissions } = mapping;
  if (permissions === '') throw internalError('device access cannot be empty');
  const path = await resolve(pathOnHost);
  const single = await deviceNode(path);
  if (single !== undefined) return allowed([{ ...single, path: pathInContainer }], permissions);
  const nodes = (await stat(path)).isDirectory() ? await devicesBelow(path) : [];
  if (nodes.length === 0) throw notGathered(pathOnHost, 'not a device node');
  return allowed(
    nodes.map((node) => ({ ...node, path: pathInContainer + node.path.slice(path.length) })),
    permissions,
  );
}

async function resolve(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) throw notGathered(path, 'no such file or directory');
    throw error;
  }
}

async function devicesBelow(folder: string): Promise<DeviceNode[]> {
  const nodes: DeviceNode[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const node = await deviceNode(path);
    if (node !== undefined) nodes.push(node);
    else if (entry.isDirectory()) nodes.push(...(await devicesBelow(path)));
  }
  return nodes;
}

function allowed(nodes: readonly DeviceNode[], access: string): MappedDevices {
  return { nodes, rules: nodes.map(({ type, major, minor }) => ({ allow: true, type, major, minor, access })) };
}

function notGathered(path: string, reason: string) {
  return internalError(
    `error gathering device information while adding custom device ${JSON.stringify(path)}: ${reason}`,
  );
}

/**
 * `c 10:* rwm`: a rule of the devices controller, as `--device-cgroup-rule` takes it.
 * @throws internal for anything else, with Docker's text.
 */
export function parseDeviceRule(text: string): DeviceRule {
  const [, type, major, minor, access] = /^([acb]) ([0-9]+|\*):([0-9]+|\*) ([rwm]{1,3})$/.exec(text) ?? [];
  if (access === undefined) throw internalError(`invalid device cgroup rule format: '${text}'`);
  return {
    allow: true,
    ...(type === 'a' ? {} : { type: type as 'b' | 'c' }),
    ...(major === '*' ? {} : { major: Number(major) }),
    ...(minor === '*' ? {} : { minor: Number(minor) }),
    access,
  };
}
