import type { ContainerConfig } from '../api-types/container-config.ts';
import type { HostConfig } from '../api-types/host-config.ts';
import { notSupported } from '../errors/containers.ts';

type Emptiable = object | readonly unknown[] | string | number | boolean | null | undefined;

function isSet(value: Emptiable): boolean {
  if (value === null || value === undefined || value === '' || value === 0 || value === false) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** What each field that must stay empty asks for, in words. */
const HOST_FIELDS: Partial<Record<keyof HostConfig, string>> = {
  Cgroup: "another container's control group",
};

/**
 * Refuses what a container would have to do without: nothing that was asked for is ignored.
 * @throws not_implemented naming the field.
 */
export function refuseUnsupported(config: ContainerConfig, host: HostConfig): void {
  for (const [field, what] of Object.entries(HOST_FIELDS)) {
    const value = host[field as keyof HostConfig] as Emptiable;
    if (isSet(value)) throw notSupported(`HostConfig.${field}`, what);
  }
  if (config.NetworkDisabled === true) throw notSupported('NetworkDisabled', 'a container without any network');
}
