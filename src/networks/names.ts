/** What a daemon calls its things in the kernel, so that several on one host never touch each other's. */
export interface NetworkNames {
  readonly bridge: string;
  readonly table: string;
  /** The link that translates between IPv6 and IPv4. */
  readonly translator: string;
}

/** `daemonTag` is empty for the default data root, otherwise at most 8 characters: links have names of up to 15. */
export function namesFor(daemonTag: string): NetworkNames {
  return daemonTag === ''
    ? { bridge: 'skiff0', table: 'skiff', translator: 'skiff6' }
    : { bridge: `skiff_${daemonTag}`, table: `skiff_${daemonTag}`, translator: `skiff6_${daemonTag}` };
}

/** The host's end of an endpoint's veth pair. */
export function vethName(endpointId: string): string {
  return `veth${endpointId.slice(0, 10)}`;
}
