import type { PortSummary } from '../../client/container-list.ts';

/** `0.0.0.0:8080->80/tcp, 9000-9002/tcp`: ports in a row are drawn together, unless they are published elsewhere. */
export function portsText(ports: readonly PortSummary[]): string {
  const groups = new Map<string, { address: string; type: string; first: number; last: number }>();
  const closed: string[] = [];
  const moved: string[] = [];
  for (const port of [...ports].sort(comparePorts)) {
    const address = port.IP ?? '';
    if (address !== '' && port.PublicPort !== port.PrivatePort) {
      moved.push(`${joinHostPort(address, String(port.PublicPort ?? 0))}->${port.PrivatePort}/${port.Type}`);
      continue;
    }
    const key = `${address}/${port.Type}`;
    const group = groups.get(key);
    if (group !== undefined && port.PrivatePort === group.last + 1) {
      group.last = port.PrivatePort;
      continue;
    }
    if (group !== undefined) closed.push(groupText(group));
    groups.set(key, { address, type: port.Type, first: port.PrivatePort, last: port.PrivatePort });
  }
  return [...closed, ...[...groups.values()].map(groupText), ...moved].join(', ');
}

function groupText(group: { address: string; type: string; first: number; last: number }): string {
  const range = group.first === group.last ? String(group.first) : `${group.first}-${group.last}`;
  const published = group.address === '' ? '' : `${joinHostPort(group.address, range)}->`;
  return `${published}${range}/${group.type}`;
}

function joinHostPort(host: string, port: string): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function comparePorts(left: PortSummary, right: PortSummary): number {
  return (
    left.PrivatePort - right.PrivatePort ||
    compareText(left.IP ?? '', right.IP ?? '') ||
    (left.PublicPort ?? 0) - (right.PublicPort ?? 0) ||
    compareText(left.Type, right.Type)
  );
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
