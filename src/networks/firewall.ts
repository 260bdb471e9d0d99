import { runChild } from '../sys/child.ts';

/** What the rules need to know of a network with a bridge. */
export interface BridgedSubnet {
  readonly bridge: string;
  /** In CIDR form. */
  readonly subnet: string;
  /** Whether its containers reach each other. */
  readonly icc: boolean;
}

/**
 * The daemon's one table. Base chains accept by default: it takes part in the traffic of its own bridges only. Into a
 * bridge go answers, what somebody redirected to a container, and what comes from the same bridge; the rest of the
 * world, other bridges among it, does not reach containers by their addresses.
 */
export function renderTable(table: string, networks: readonly BridgedSubnet[]): string {
  const names = networks.map(({ bridge }) => `"${bridge}"`);
  const within = networks.filter(({ icc }) => icc).map(({ bridge }) => `"${bridge}" . "${bridge}"`);
  const masquerade = networks.map(
    ({ bridge, subnet }) => `    ip saddr ${subnet} oifname != "${bridge}" masquerade comment "leave as the host"`,
  );
  return `table ip ${table}
delete table ip ${table}
table ip ${table} {
  set bridges {
    type ifname${elements(names)}
  }
  set same_bridge {
    type ifname . ifname${elements(within)}
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname . oifname @same_bridge accept comment "between containers of a network"
    oifname @bridges ct state established,related accept comment "answers"
    oifname @bridges ct status dnat accept comment "published ports"
    oifname @bridges drop comment "nothing else reaches a container from outside"
    iifname @bridges accept comment "out of a network"
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
${masquerade.join('\n')}
  }
}
`;
}

/** nft has no word for an empty list of elements. */
function elements(items: readonly string[]): string {
  return items.length === 0 ? '' : `\n    elements = { ${items.join(', ')} }`;
}

/** Puts the table in place of what was there by its name, in one step: no packet sees half of it. */
export async function applyTable(table: string, networks: readonly BridgedSubnet[]): Promise<void> {
  await runChild('nft', ['-f', '-'], { stdin: renderTable(table, networks) });
}

/** Idempotent. */
export async function removeTable(table: string): Promise<void> {
  await runChild('nft', ['-f', '-'], { stdin: `table ip ${table}\ndelete table ip ${table}\n` });
}
