import type { ContainerPort, PortMap } from '../../api-types/container.ts';
import type { PublishedPort } from '../../state/published-ports.ts';
import type { ContainersContext } from '../context.ts';
import { type ContainerRecord, isRunning } from '../record.ts';
import { parsePort } from './port-requests.ts';

interface ShownPort {
  readonly port: number;
  readonly protocol: string;
  readonly published: readonly PublishedPort[];
}

/** What a running container exposes, and where each of it is published. Nothing where it is reached by no network. */
function shownPorts({ network }: Pick<ContainersContext, 'network'>, record: ContainerRecord): ShownPort[] {
  const isReached = record.networks.some(({ endpoint }) => ((endpoint?.gateway || endpoint?.ipv6Gateway) ?? '') !== '');
  if (!isRunning(record) || !isReached) return [];
  const published = network.publishedPorts(record.id);
  const keys = new Set(
    Object.keys(record.config.ExposedPorts ?? {}).map((text) => {
      const { port, protocol } = parsePort(text);
      return `${port}/${protocol}`;
    }),
  );
  return [...keys].map((key) => {
    const { port, protocol } = parsePort(key);
    const own = published.filter((one) => one.containerPort === port && one.protocol === protocol);
    return { port, protocol, published: own };
  });
}

/** As Docker's inspect shows them: null for a port that is exposed only. */
export function portMapOf(context: Pick<ContainersContext, 'network'>, record: ContainerRecord): PortMap {
  return Object.fromEntries(
    shownPorts(context, record)
      .map(({ port, protocol, published }): [string, PortMap[string]] => [
        `${port}/${protocol}`,
        published.length === 0
          ? null
          : published.map(({ hostAddress, hostPort }) => ({ HostIp: hostAddress, HostPort: String(hostPort) })),
      ])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** As Docker's list shows them. */
export function portListOf(context: Pick<ContainersContext, 'network'>, record: ContainerRecord): ContainerPort[] {
  return shownPorts(context, record).flatMap(({ port, protocol, published }): ContainerPort[] =>
    published.length === 0
      ? [{ PrivatePort: port, Type: protocol }]
      : published.map(({ hostAddress, hostPort }) => ({
          IP: hostAddress,
          PrivatePort: port,
          PublicPort: hostPort,
          Type: protocol,
        })),
  );
}
