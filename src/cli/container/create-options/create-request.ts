import type { ConfigFile } from '../../config-file.ts';
import { type ConfigInput, type ContainerConfigRequest, containerConfig } from './container-config.ts';
import { type HostConfigRequest, hostConfig } from './host-config.ts';
import { networkingConfig } from './networking-config.ts';

/** The body of `POST /containers/create`. */
export interface CreateRequest extends ContainerConfigRequest {
  readonly HostConfig: HostConfigRequest;
  readonly NetworkingConfig: ReturnType<typeof networkingConfig>;
}

/**
 * What docker would send for the same flags.
 * @throws CliError when flags contradict each other or a file that they name cannot be read
 */
export function createRequest(input: ConfigInput, consoleSize: readonly [number, number]): CreateRequest {
  return {
    ...containerConfig(input),
    HostConfig: hostConfig(input.flags, input.changed('init'), consoleSize),
    NetworkingConfig: networkingConfig(input.flags),
  };
}

const PROXY_VARIABLES = [
  ['httpProxy', 'HTTP_PROXY'],
  ['httpsProxy', 'HTTPS_PROXY'],
  ['noProxy', 'NO_PROXY'],
  ['ftpProxy', 'FTP_PROXY'],
  ['allProxy', 'ALL_PROXY'],
] as const;

/** The variables, in both cases, of the proxies that the configuration names for this daemon. */
export function proxyEnvironment(config: ConfigFile, address: string): string[] {
  const settings = config.proxies?.[address] ?? config.proxies?.default;
  if (settings === undefined) return [];
  return PROXY_VARIABLES.flatMap(([field, name]) => {
    const value = settings[field];
    return value ? [`${name}=${value}`, `${name.toLowerCase()}=${value}`] : [];
  });
}
