import { runChild } from '../../sys/processes/child.ts';
import { RESOLVER_ADDRESS } from './address.ts';
import type { ResolverPorts } from './resolver.ts';

const TABLE = 'skiff_resolver';
/** NF_IP_PRI_NAT_DST: nft 1.0.6 has no word for it in this hook. */
const PRIORITY = -100;

/** Rules in the container's own namespace: port 53 stays free for a server that the container runs itself. */
export function renderRedirect({ udp, tcp }: ResolverPorts): string {
  return `table ip ${TABLE}
delete table ip ${TABLE}
table ip ${TABLE} {
  chain output {
    type nat hook output priority ${PRIORITY}; policy accept;
    ip daddr ${RESOLVER_ADDRESS} udp dport 53 dnat to ${RESOLVER_ADDRESS}:${udp} comment "names of containers"
    ip daddr ${RESOLVER_ADDRESS} tcp dport 53 dnat to ${RESOLVER_ADDRESS}:${tcp} comment "names of containers"
  }
}
`;
}

/** Idempotent, in one step. The rules go with the namespace. */
export async function redirectQueries(namespacePath: string, ports: ResolverPorts): Promise<void> {
  await runChild('nsenter', [`--net=${namespacePath}`, 'nft', '-f', '-'], { stdin: renderRedirect(ports) });
}
