import { createSocket } from 'node:dgram';
import { isIPv6, Socket } from 'node:net';
import type { NamespaceSockets, SocketAddress } from '../../sys/sockets/namespace-sockets.ts';
import { MessageSplitter, withLength } from './tcp-messages.ts';

/** Another server that queries go on to. */
export interface Upstream {
  readonly at: SocketAddress;
  /** The namespace from which it is asked; undefined for the host's. */
  readonly namespacePath: string | undefined;
}

const DNS_PORT = 53;

/**
 * Servers that were named for containers are asked from the container's own network, where they may be other containers;
 * the host's from the host's, where a server on its loopback answers as well.
 */
export function upstreamsOf(
  named: readonly string[],
  ofHost: readonly string[],
  containerNamespace: string,
): Upstream[] {
  const from = (servers: readonly string[], namespacePath: string | undefined) =>
    servers.map((address) => ({ at: { address, port: DNS_PORT }, namespacePath }));
  return named.length > 0 ? from(named, containerNamespace) : from(ofHost, undefined);
}

export type Transport = 'udp' | 'tcp';

/**
 * Asks one server and gives its answer back, byte for byte. The socket is connected, with a port that the kernel chose:
 * only that server's datagrams come in, and of these only the one with the query's number counts.
 * @throws what the socket said, or the signal's reason.
 */
export async function askUpstream(
  sockets: NamespaceSockets,
  { at, namespacePath }: Upstream,
  transport: Transport,
  query: Buffer,
  signal: AbortSignal,
): Promise<Buffer> {
  signal.throwIfAborted();
  if (transport === 'tcp') return askByTcp(sockets.connect(namespacePath, at), query, signal);
  const anywhere = { address: isIPv6(at.address) ? '::' : '0.0.0.0', port: 0 };
  return askByUdp(sockets.bind(namespacePath, 'udp', anywhere).fd, at, query, signal);
}

function answers(query: Buffer, message: Buffer): boolean {
  return message.length > 2 && message.readUInt16BE(0) === query.readUInt16BE(0);
}

function askByUdp(fd: number, { port, address }: SocketAddress, query: Buffer, signal: AbortSignal): Promise<Buffer> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  return new Promise<Buffer>((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', reject);
    socket.on('message', (message) => {
      if (answers(query, message)) resolve(message);
    });
    socket.bind({ fd, exclusive: true }, () => {
      if (signal.aborted) return;
      // Called for a failure as well: a host that has no route to the server is told of it here.
      socket.connect(port, address, (error?: Error) => {
        if (error !== undefined) return reject(error);
        if (signal.aborted) return;
        socket.send(query, (error) => {
          if (error !== null) reject(error);
        });
      });
    });
  }).finally(() => socket.close());
}

function askByTcp(fd: number, query: Buffer, signal: AbortSignal): Promise<Buffer> {
  const socket = new Socket({ fd, signal });
  return new Promise<Buffer>((resolve, reject) => {
    const splitter = new MessageSplitter((message) => {
      if (answers(query, message)) resolve(message);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed the connection')));
    socket.on('data', (bytes: Buffer) => splitter.push(bytes));
    socket.write(withLength(query));
  }).finally(() => socket.destroy());
}
