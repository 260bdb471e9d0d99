import type { IncomingMessage } from 'node:http';
import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type EngineError, isEngineError } from '../errors/engine-error.ts';
import { type DirectBody, directBodyOf } from './direct-body.ts';
import { bodyOf } from './hijack-body.ts';
import { rewriteUrl } from './rewrite-url.ts';
import { httpStatus } from './status.ts';

/** What a prepared request does with its connection. */
export interface HijackPlan {
  readonly contentType: 'application/vnd.docker.raw-stream' | 'application/vnd.docker.multiplexed-stream';
  /**
   * Owns the connection from the first byte after the response's head until the promise settles; then it is closed. The
   * client's end of input is the readable's `end`, and output may go on after it. A failure closes the connection.
   */
  readonly serve: (connection: Duplex) => Promise<void>;
}

export interface HijackRoute {
  readonly method: 'POST';
  /** As the router takes it, with single-segment parameters only: `/containers/:id/attach`. */
  readonly path: string;
  /**
   * Checks everything that can fail while an HTTP error can still be sent: what it throws is answered like any other
   * route's error. Without a plan the answer is 200 and empty.
   */
  readonly prepare: (request: FastifyRequest) => Promise<HijackPlan | undefined>;
  /** Docker answers what attach refuses as a line of text of the stream's type, without its usual headers. */
  readonly refusesAsText?: boolean;
}

interface TakenRoute {
  readonly method: string;
  readonly pattern: RegExp;
  readonly fits: (request: IncomingMessage) => boolean;
}

interface Takeover {
  readonly socket: Socket;
  readonly body: Readable | undefined;
}

/** What Node keeps on a server's socket; not in its types, and stable since Node 12. */
interface ParsedSocket extends Socket {
  parser?: { onIncoming: (request: IncomingMessage, keepAlive: boolean) => number } | null;
}

/** How long a client may go on sending after it was sent the end. */
const LINGER_MS = 5000;

/** llhttp's answer for "no body here, and what follows is another protocol". */
const LEAVE_HTTP = 2;

const takeovers = new WeakMap<IncomingMessage, Takeover>();
const routesOf = new WeakMap<FastifyInstance, TakenRoute[]>();

/** The body of a request that came to a hijack route; such a request's own stream is empty. */
export function hijackedBody(request: IncomingMessage): Readable | undefined {
  return takeovers.get(request)?.body;
}

/** Once per app, before its routes. */
export function enableHijack(app: FastifyInstance): void {
  const routes: TakenRoute[] = [];
  routesOf.set(app, routes);
  const isHijack = (request: IncomingMessage) => {
    const path = rewriteUrl(request.url ?? '').replace(/\?.*$/s, '');
    return routes.some((route) => route.method === request.method && route.pattern.test(path) && route.fits(request));
  };
  app.addHook('onReady', (done) => {
    attachToServer(app, isHijack);
    done();
  });
}

/**
 * Makes the parser leave a connection right behind the headers of a hijack request, whether the client asked for an
 * upgrade or not, so that bytes it sends early are never taken for another request. All others stay plain HTTP.
 */
function attachToServer(app: FastifyInstance, isHijack: (request: IncomingMessage) => boolean): void {
  const lastResponse = new WeakMap<Socket, ServerResponse>();
  const { server } = app;
  Object.assign(server, { shouldUpgradeCallback: () => false });
  server.on('connection', (socket: ParsedSocket) => {
    const { parser } = socket;
    if (parser === null || parser === undefined) return;
    const { onIncoming } = parser;
    parser.onIncoming = (request, keepAlive) => {
      if (!isHijack(request)) return onIncoming(request, keepAlive);
      Object.assign(request, { upgrade: true });
      return LEAVE_HTTP;
    };
  });
  server.on('request', (_request, response) => {
    if (response.socket !== null) lastResponse.set(response.socket, response);
  });
  server.on('upgrade', (request, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (head.length > 0) socket.unshift(head);
    whenSent(lastResponse.get(socket), () => route(app, request, socket));
  });
}

/** Answers keep the order of their requests, also for a client that does not wait for the one before. */
function whenSent(response: ServerResponse | undefined, next: () => void): void {
  if (response === undefined || response.writableFinished || response.destroyed) next();
  else response.once('close', next);
}

function route(app: FastifyInstance, request: IncomingMessage, socket: Socket): void {
  if (socket.destroyed) return;
  takeovers.set(request, { socket, body: bodyOf(request, socket) });
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    response.detachSocket(socket);
    closeGently(socket);
  });
  app.routing(request, response);
}

/** Adds a route that takes its connection over; see `HijackRoute`. */
export function registerHijack(app: FastifyInstance, hijack: HijackRoute): void {
  takeConnections(app, { method: hijack.method, pattern: patternOf(hijack.path), fits: () => true });
  app.route({
    method: hijack.method,
    url: hijack.path,
    handler: async (request, reply) => {
      let plan: HijackPlan | undefined;
      try {
        plan = await hijack.prepare(request);
      } catch (error) {
        if (hijack.refusesAsText !== true || !isEngineError(error)) throw error;
        return refuseAsText(reply, error);
      }
      const takeover = takeovers.get(request.raw);
      if (plan === undefined || takeover === undefined) return reply.code(200).send();
      reply.hijack();
      await hand(request, reply, plan, takeover).catch((error: unknown) => {
        app.logError(`${request.method} ${request.originalUrl} failed on its stream`, error);
      });
      return reply;
    },
  });
}

/**
 * From here on the connections of requests to a route are taken from the HTTP parser where their bodies allow it, so that
 * another process can read the body; see `takenBody`. They are closed with the answer. All else about such a request is
 * as it would be, its body as a stream included.
 */
export function takeBodies(app: FastifyInstance, method: 'PUT' | 'POST', path: string): void {
  const fits = (request: IncomingMessage) => directBodyOf(request) !== undefined;
  takeConnections(app, { method, pattern: patternOf(path), fits });
}

/** The body of a request whose connection was taken; undefined for all others. */
export function takenBody(request: IncomingMessage): DirectBody | undefined {
  return takeovers.has(request) ? directBodyOf(request) : undefined;
}

function takeConnections(app: FastifyInstance, route: TakenRoute): void {
  const routes = routesOf.get(app);
  if (routes === undefined) throw new TypeError('connections are taken in an app of createApp');
  routes.push(route);
}

function refuseAsText(reply: FastifyReply, error: EngineError): FastifyReply {
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
  return reply
    .code(httpStatus(error.kind))
    .header('content-type', 'application/vnd.docker.raw-stream')
    .serializer(String)
    .send(`${error.message}\r\n`);
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:[^/]+/g, '[^/]+')}$`);
}

async function hand(request: FastifyRequest, reply: FastifyReply, plan: HijackPlan, from: Takeover): Promise<void> {
  const { socket, body } = from;
  reply.raw.detachSocket(socket);
  // A body of known length that nobody read is not part of the stream. One in chunks is, as with Docker.
  if (request.headers['transfer-encoding'] === undefined) await body?.forEach(() => undefined);
  if (socket.destroyed) return;
  socket.write(headOf(request, reply, plan));
  try {
    await plan.serve(socket);
    closeGently(socket);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/**
 * Ends the output, and closes the connection when the client has seen that. Closing a socket with unread input resets
 * its peer, and a client that is still sending would lose what it has not read: until then its input is thrown away.
 */
function closeGently(socket: Socket): void {
  if (socket.destroyed) return;
  const close = () => socket.destroy();
  socket.once('end', () => socket.destroySoon());
  socket.resume();
  socket.end(() => {
    if (socket.readableEnded) return close();
    const timer = setTimeout(close, LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
  });
}

/** `101 UPGRADED` for clients that asked for it, else `200 OK`: both as Docker writes them. */
function headOf(request: FastifyRequest, reply: FastifyReply, plan: HijackPlan): string {
  const upgrade = request.headers.upgrade !== undefined;
  const lines = [
    upgrade ? 'HTTP/1.1 101 UPGRADED' : 'HTTP/1.1 200 OK',
    `Content-Type: ${plan.contentType}`,
    ...(upgrade ? ['Connection: Upgrade', 'Upgrade: tcp'] : []),
    ...Object.entries(reply.getHeaders()).map(([name, value]) => `${name}: ${String(value)}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
