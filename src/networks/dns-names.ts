import { type ContainerId, shortId } from '../lib/ids.ts';
import type { EndpointSettings } from '../state/networks.ts';

/** What a container is found by in a network that resolves names: as Docker orders them, each once. */
export function dnsNamesOf(container: {
  readonly id: ContainerId;
  readonly name: string;
  readonly hostname: string;
  readonly settings: EndpointSettings;
}): string[] {
  const { id, name, hostname, settings } = container;
  return [...new Set([name, ...(settings.aliases ?? []), shortId(id), hostname])];
}
