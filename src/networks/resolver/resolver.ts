import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import type { NamespaceSockets } from '../../sys/sockets/namespace-sockets.ts';
import { RESOLVER_ADDRESS } from './address.ts';
import type { NameDirectory } from './directory.ts';
import { forward } from './forward.ts';
import { handleQuery } from './handle-query.ts';
import { MessageSplitter, withLength } from './tcp-messages.ts';
import type { Transport, Upstream } from './upstream.ts';

/** Queries of one container that wait for other servers; what comes on top is answered with a failure at once. */
const MAX_FORWARDED = 256;
const MAX_CONNECTIONS = 64;
const IDLE_CONNECTION_MS = 10_000;

/** The two ports behind 127.0.0.11:53; 0 where the kernel is to choose. */
export interface ResolverPorts {
  readonly udp: number;
  readonly tcp: number;
}

export interface ResolverOptions {
  readonly namespacePath: string;
  readonly directory: NameDirectory;
  /** Who is asked about names that are no container's; nobody on networks without a way out. */
  readonly upstreams: () => Promise<readonly Upstream[]>;
}

/**
 * The name server of one container, listening in its namespace. It holds nothing that a restart of the daemon could lose:
 * the next daemon opens it on the same ports.
 */
export class Resolver {
  readonly #sockets: NamespaceSockets;
  readonly #options: ResolverOptions;
  readonly #closing = new AbortController();
  readonly #connections = new Set<Socket>();
  #datagrams: DatagramSocket | undefined;
  #server: Server | undefined;
  #forwarded = 0;

  constructor(sockets: NamespaceSockets, options: ResolverOptions) {
    this.#sockets = sockets;
    this.#options = options;
  }

  /** The namespace's loopback link is up. @throws SyscallError when a port is taken. Nothing stays open then. */
  async open(ports: ResolverPorts): Promise<ResolverPorts> {
    const { namespacePath } = this.#options;
    const at = (port: number) => ({ address: RESOLVER_ADDRESS, port });
    try {
      const udp = this.#sockets.bind(namespacePath, 'udp', at(ports.udp));
      this.#datagrams = await serveDatagrams(udp.fd, (message, reply) => void this.#answer(message, 'udp', reply));
      const tcp = this.#sockets.bind(namespacePath, 'tcp', at(ports.tcp));
      this.#server = await serveConnections(tcp.fd, (connection) => this.#converse(connection));
      return { udp: udp.port, tcp: tcp.port };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #converse(connection: Socket): void {
    this.#connections.add(connection);
    connection.on('close', () => this.#connections.delete(connection));
    connection.setTimeout(IDLE_CONNECTION_MS, () => connection.destroy());
    // The client went away: there is nobody left to tell.
    connection.on('error', () => connection.destroy());
    const splitter = new MessageSplitter((message) => {
      void this.#answer(message, 'tcp', (answer) => connection.write(withLength(answer)));
    });
    connection.on('data', (bytes: Buffer) => splitter.push(bytes));
  }

  /** Never rejects: nothing that a container asks, or how it asks, may end the daemon. */
  async #answer(message: Buffer, transport: Transport, reply: (answer: Buffer) => void): Promise<void> {
    const { directory } = this.#options;
    const context = { directory, forward: (query: Buffer, by: Transport) => this.#forward(query, by) };
    try {
      const answer = await handleQuery(context, message, transport);
      if (answer !== undefined && !this.#closing.signal.aborted) reply(answer);
    } catch {
      // The client asks again or gives up, as after a lost datagram. In the log it could write as much as it likes.
    }
  }

  async #forward(query: Buffer, transport: Transport): Promise<Buffer | undefined> {
    if (this.#forwarded >= MAX_FORWARDED) return undefined;
    this.#forwarded += 1;
    try {
      const upstreams = await this.#options.upstreams();
      return await forward(this.#sockets, upstreams, transport, query, this.#closing.signal);
    } finally {
      this.#forwarded -= 1;
    }
  }

  /** Idempotent. Queries that wait for other servers are given up. */
  close(): void {
    this.#closing.abort();
    this.#datagrams?.close();
    this.#datagrams = undefined;
    this.#server?.close();
    this.#server = undefined;
    for (const connection of this.#connections) connection.destroy();
  }
}

/** A message or a connection that does not get through is the client's to try again, as everywhere in this protocol. */
function passOver(): void {}

/** The socket owns the descriptor from here on. */
function serveDatagrams(
  fd: number,
  handle: (message: Buffer, reply: (answer: Buffer) => void) => void,
): Promise<DatagramSocket> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.on('message', (message, { port, address }) => {
      handle(message, (answer) => socket.send(answer, port, address, passOver));
    });
    socket.bind({ fd, exclusive: true }, () => resolve(socket.off('error', reject).on('error', passOver)));
  });
}

function serveConnections(fd: number, handle: (connection: Socket) => void): Promise<Server> {
  const server = createServer(handle);
  server.maxConnections = MAX_CONNECTIONS;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ fd, exclusive: true }, () => resolve(server.off('error', reject).on('error', passOver)));
  });
}
