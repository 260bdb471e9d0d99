import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { EngineError, messageOf } from '../errors/engine-error.ts';
import { Htpasswd } from './htpasswd.ts';
import { basicAuth } from './http/basic-auth.ts';
import { createHandler } from './http/create-handler.ts';
import { endServer } from './http/end-server.ts';
import { refuseBrokenRequests } from './http/refuse-broken-requests.ts';
import type { RegistryParts } from './http/route.ts';

/** A connection on which nothing moves for this long is cut; an upload can be gone on with. */
const IDLE_MS = 5 * 60 * 1000;

/** Longer than clients keep connections that they do not use: a request must not meet the end of one. */
const KEEP_ALIVE_MS = 2 * 60 * 1000;

export interface ServeOptions extends RegistryParts {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** The path of a file of users; undefined lets everybody in. */
  readonly htpasswd?: string | undefined;
  /** PEM; undefined serves plain HTTP. */
  readonly tls?: { readonly certificate: string | Buffer; readonly key: string | Buffer } | undefined;
  readonly logError: (message: string, error: unknown) => void;
  /** Told of every request when it has been answered. */
  readonly logRequest?: ((line: string) => void) | undefined;
}

export interface ServedRegistry {
  /** `host:port`, as a client on this host names it. */
  readonly address: string;
  /**
   * Takes no more connections, lets requests that are being answered come to their end for `graceMs` (0 by default), and
   * cuts the others: what they brought is kept.
   */
  close(graceMs?: number): Promise<void>;
}

/** Serves until it is closed. @throws conflict for an address in use, invalid_argument for a broken htpasswd file */
export async function serveRegistry(options: ServeOptions): Promise<ServedRegistry> {
  const { htpasswd, logError, logRequest, content, writable } = options;
  const isAllowed = htpasswd === undefined ? undefined : await userCheck(htpasswd, logError);
  const server = makeServer(options);
  // Layers may take hours; what stands still is cut instead.
  server.requestTimeout = 0;
  server.timeout = IDLE_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const requests = new Set<Promise<void>>();
  const answer = createHandler({ content, writable, isAllowed, logError, logRequest });
  const handle: RequestListener = (request, response) => {
    const answered = answer(request, response).finally(() => requests.delete(answered));
    requests.add(answered);
  };
  // A client that waits to be asked for its body is asked when it is wanted, and never when it is refused.
  server.on('request', handle).on('checkContinue', handle);
  refuseBrokenRequests(server);
  await listen(server, options);
  const { address, family, port } = server.address() as AddressInfo;
  return {
    address: `${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close: (graceMs = 0) => endServer(server, requests, graceMs),
  };
}

async function userCheck(
  path: string,
  logError: ServeOptions['logError'],
): Promise<(request: IncomingMessage) => Promise<boolean>> {
  const users = await Htpasswd.open(path);
  const isKnown = basicAuth(users.check, () => users.version);
  return async (request) => {
    try {
      await users.refresh();
    } catch (error) {
      logError(`htpasswd file ${path} cannot be read: nobody is let in`, error);
      return false;
    }
    return isKnown(request);
  };
}

function makeServer({ tls }: ServeOptions): Server {
  if (tls === undefined) return createServer();
  try {
    return createTlsServer({ cert: tls.certificate, key: tls.key });
  } catch (error) {
    throw new EngineError('invalid_argument', `TLS certificate or key: ${messageOf(error)}`, { cause: error });
  }
}

function listen(server: Server, { host, port }: ServeOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (error) => {
    reject(new EngineError('conflict', `can't listen on ${host}:${port}: ${error.message}`, { cause: error }));
  });
  server.listen({ host, port }, () => {
    server.removeAllListeners('error');
    resolve();
  });
  return promise;
}
