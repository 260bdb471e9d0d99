import { namespacePath } from '../../sys/processes/process-namespaces.ts';
import type { OciNamespace } from '../oci-spec.ts';

/** `host`: the host's own; otherwise a new one, or the one that a process is in. */
export type NamespaceChoice = 'private' | 'host' | { readonly ofProcess: number };

/** Where a container's network is: networks/ makes the plan, and this is the same shape, but for that of a process. */
export type NetworkNamespace =
  | { readonly kind: 'host' }
  | { readonly kind: 'private' }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'process'; readonly pid: number };

export interface NamespaceOptions {
  readonly network: NetworkNamespace;
  readonly uts: NamespaceChoice;
  readonly pid: NamespaceChoice;
  readonly ipc: NamespaceChoice;
  readonly cgroup: NamespaceChoice;
}

/** In Docker's order. A namespace that is not in the list is the host's. */
export function containerNamespaces(options: NamespaceOptions): OciNamespace[] {
  const { network } = options;
  const namespaces: OciNamespace[] = [{ type: 'mount' }];
  if (network.kind !== 'host') {
    const path = networkPath(network);
    namespaces.push(path === undefined ? { type: 'network' } : { type: 'network', path });
  }
  for (const type of ['uts', 'pid', 'ipc', 'cgroup'] as const) {
    const choice = options[type];
    if (choice === 'host') continue;
    namespaces.push(choice === 'private' ? { type } : { type, path: namespacePath(choice.ofProcess, type) });
  }
  return namespaces;
}

function networkPath(network: NetworkNamespace): string | undefined {
  if (network.kind === 'process') return namespacePath(network.pid, 'net');
  return network.kind === 'path' ? network.path : undefined;
}
