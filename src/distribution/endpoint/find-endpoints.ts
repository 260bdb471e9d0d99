import type { RegistrySettings } from '../registry-settings.ts';
import type { Endpoint } from './endpoint.ts';
import { InsecureHosts } from './insecure-hosts.ts';

export const HUB = 'docker.io';
/** By which clients keep the credentials for Docker Hub. */
export const HUB_LOGIN = 'https://index.docker.io/v1/';
const HUB_REGISTRY = 'registry-1.docker.io';

/**
 * Where a registry may be, in the order to try: mirrors first when they may be used, encrypted before plain. Plain
 * HTTP is among them for insecure registries only.
 */
export async function findEndpoints(
  registry: string,
  settings: RegistrySettings,
  options: { readonly withMirrors: boolean },
): Promise<Endpoint[]> {
  const insecure = new InsecureHosts(settings.insecureRegistries);
  if (registry !== HUB) return endpointsAt(registry, await insecure.has(registry));
  const mirrors = options.withMirrors ? settings.mirrors : [];
  const endpoints = await Promise.all(mirrors.map((mirror) => mirrorEndpoint(mirror, insecure)));
  return [...endpoints, ...endpointsAt(HUB_REGISTRY, false)];
}

function endpointsAt(host: string, isInsecure: boolean): Endpoint[] {
  const common = { host, isMirror: false, acceptsAnyCertificate: isInsecure };
  const encrypted = { ...common, base: `https://${host}` };
  return isInsecure ? [encrypted, { ...common, base: `http://${host}` }] : [encrypted];
}

/** A mirror is used by the scheme that it is configured with, and no other. */
async function mirrorEndpoint(mirror: string, insecure: InsecureHosts): Promise<Endpoint> {
  const { host, href } = new URL(mirror);
  return {
    base: href.replace(/\/+$/, ''),
    host,
    isMirror: true,
    acceptsAnyCertificate: await insecure.has(host),
  };
}
