import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { connect, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { EngineError } from '../errors/engine-error.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import type { Host } from './options/hosts.ts';
import { describeHost } from './options/hosts.ts';

const FIRST_SYSTEMD_FD = 3;
const PRIVATE_UMASK = 0o177;
const SOCKET_MODE = 0o660;

/** The API's sockets and everyone connected to them. */
export interface Listeners {
  readonly connections: ReadonlySet<Socket>;
  /** Takes no further connection; unix sockets are gone from the file system. Those that are open live on. */
  close(): void;
}

export interface ListenRequest {
  readonly http: HttpServer;
  readonly hosts: readonly Host[];
  readonly socketGroup: string | undefined;
  readonly warn: (message: string) => void;
  /** Told of each address when all of them are open: who sees one may rely on the others. */
  readonly onListening: (address: string) => void;
}

/**
 * Serves one HTTP server on all hosts. A unix socket that a dead daemon left is replaced; one that answers is not.
 * @throws conflict for an address in use; nothing listens then.
 */
export async function listen(request: ListenRequest): Promise<Listeners> {
  const { http, hosts } = request;
  const connections = new Set<Socket>();
  http.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  const servers: Server[] = [];
  const close = () => {
    for (const server of servers) if (server.listening) server.close();
  };
  try {
    const addresses = hosts.flatMap(expandFds);
    for (const host of addresses) {
      // The first address is the HTTP server's own, so that its timeouts work; the others hand their connections to it.
      const server = servers.length === 0 ? http : handOver(http);
      servers.push(server);
      await open(server, host, request);
    }
    for (const host of addresses) request.onListening(describeHost(host));
  } catch (error) {
    close();
    throw error;
  }
  return { connections, close };
}

function handOver(http: HttpServer): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => http.emit('connection', socket));
}

function expandFds(host: Host): Host[] {
  if (host.kind !== 'fd') return [host];
  const count = Number(process.env['LISTEN_FDS'] ?? 0);
  if (Number(process.env['LISTEN_PID']) !== process.pid || count === 0) {
    throw new EngineError(
      'invalid_argument',
      'no sockets found via socket activation: make sure the service was started by systemd',
    );
  }
  if (host.number !== undefined) return [host];
  return Array.from({ length: count }, (_, index) => ({ kind: 'fd', number: FIRST_SYSTEMD_FD + index }));
}

async function open(server: Server, host: Host, request: ListenRequest): Promise<void> {
  if (host.kind === 'unix') {
    await clearStaleSocket(host.path);
    mkdirSync(dirname(host.path), { recursive: true });
    // Nobody but us may connect before the group is set.
    const before = process.umask(PRIVATE_UMASK);
    const listening = start(server, { path: host.path });
    process.umask(before);
    await listening;
    allowGroup(host.path, request.socketGroup, request.warn);
  } else if (host.kind === 'fd') {
    await start(server, { fd: host.number ?? FIRST_SYSTEMD_FD } as ListenOptions);
  } else {
    request.warn(
      `the API on ${describeHost(host)} is open to everyone who can reach it, without encryption: they are root on this host`,
    );
    await start(server, { host: host.address, port: host.port });
  }
}

function start(server: Server, where: ListenOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(where, () => {
    server.off('error', reject);
    resolve();
  });
  return promise;
}

/**
 * For the start, before anything on the host is touched: whoever cannot listen in the end should not begin.
 * @throws conflict as `listen` would.
 */
export async function refuseTakenSockets(hosts: readonly Host[]): Promise<void> {
  for (const host of hosts) if (host.kind === 'unix') await clearStaleSocket(host.path);
}

/** @throws conflict when a process answers there, or when the path is something else than a socket. */
async function clearStaleSocket(path: string): Promise<void> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket())
    throw new EngineError('conflict', `can't create unix socket ${path}: it exists and is no socket`);
  if (await answers(path)) {
    throw new EngineError('conflict', `can't create unix socket ${path}: another process listens on it`);
  }
  rmSync(path, { force: true });
}

function answers(path: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.once('connect', () => {
    socket.destroy();
    resolve(true);
  });
  socket.once('error', (error) => {
    if (hasErrorCode(error, 'ECONNREFUSED', 'ENOENT')) resolve(false);
    else if (hasErrorCode(error, 'EAGAIN')) resolve(true);
    else reject(error);
  });
  return promise;
}

function allowGroup(path: string, group: string | undefined, warn: (message: string) => void): void {
  const id = groupId(group ?? 'docker');
  if (id !== undefined) chownSync(path, 0, id);
  else if (group !== undefined) warn(`could not change group ${path} to ${group}: group ${group} not found`);
  chmodSync(path, SOCKET_MODE);
}

function groupId(name: string): number | undefined {
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const id = Number(line?.split(':')[2] ?? (/^\d+$/.test(name) ? name : Number.NaN));
  return Number.isInteger(id) ? id : undefined;
}
