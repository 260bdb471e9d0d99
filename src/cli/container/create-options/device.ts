import { CliError } from '../../errors.ts';

export interface DeviceMapping {
  readonly PathOnHost: string;
  readonly PathInContainer: string;
  readonly CgroupPermissions: string;
}

export interface DeviceRequest {
  readonly Driver: string;
  readonly Count: number;
  readonly DeviceIDs: readonly string[] | null;
  readonly Capabilities: readonly (readonly string[])[] | null;
  readonly Options: Readonly<Record<string, string>> | null;
}

const CDI_NAME = /^[a-zA-Z][a-zA-Z0-9_.-]*\/[a-zA-Z][a-zA-Z0-9_-]*=[a-zA-Z0-9][a-zA-Z0-9_.:-]*$/;

/** `--device`: paths on the host, and names of the Container Device Interface. */
export function parseDevices(specs: readonly string[]): { mappings: DeviceMapping[]; requests: DeviceRequest[] } {
  const cdi = specs.filter((spec) => CDI_NAME.test(spec));
  const mappings = specs.filter((spec) => !CDI_NAME.test(spec)).map(parseDevice);
  const requests =
    cdi.length === 0 ? [] : [{ Driver: 'cdi', Count: 0, DeviceIDs: cdi, Capabilities: null, Options: null }];
  return { mappings, requests };
}

function parseDevice(spec: string): DeviceMapping {
  const parts = spec.split(':');
  const [source = '', second, third] = parts;
  if (source === '' || parts.length > 3) throw new CliError(`bad format for path: ${spec}`);
  if (third !== undefined && !isMode(third)) throw new CliError(`bad mode specified: ${third}`);
  const secondIsMode = third === undefined && second !== undefined && isMode(second);
  const target = second === undefined || secondIsMode ? source : second;
  if (!target.startsWith('/')) throw new CliError(`${target} is not an absolute path`);
  const permissions = third ?? (secondIsMode ? second : undefined) ?? 'rwm';
  return { PathOnHost: source, PathInContainer: target, CgroupPermissions: permissions };
}

function isMode(text: string): boolean {
  return /^[rwm]+$/.test(text) && new Set(text).size === text.length;
}
