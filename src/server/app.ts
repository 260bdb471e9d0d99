import Fastify, { type FastifyInstance } from 'fastify';
import type { ApiVersion } from './api-version.ts';
import { API_VERSION, checkVersion, splitVersion } from './api-version.ts';
import { answerClientError } from './client-error.ts';
import type { ErrorLog } from './error-response.ts';
import { sendError, sendPageNotFound } from './error-response.ts';
import { enableHijack, hijackedBody } from './hijack.ts';
import { rewriteUrl } from './rewrite-url.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** For errors that come too late to be answered. */
    logError: ErrorLog;
  }
  interface FastifyRequest {
    /** The version in the request's path, the newest without one. Inside the supported range. */
    apiVersion: ApiVersion;
  }
}

export interface AppOptions {
  /** The engine's own version, for the `Server` header. */
  readonly engineVersion: string;
  readonly logError: ErrorLog;
}

/** Go's server takes a megabyte of headers; registry credentials of many registries come in one. */
const MAX_HEADER_BYTES = 1024 * 1024;
const HEADERS_TIMEOUT_MS = 5 * 60 * 1000;

/**
 * The HTTP side of the engine without any route. Each resource adds its own by `register<Resource>Routes(app, backend)`,
 * with paths without the version. Bodies are never read here: handlers take `readJson(request)` or `rawBody(request)`.
 */
export function createApp(options: AppOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    rewriteUrl: (request) => rewriteUrl(request.url ?? '/'),
    // As long as a header may be: it is for the engine to say that it knows no container of such a name.
    routerOptions: { maxParamLength: MAX_HEADER_BYTES },
    frameworkErrors: (error, request, reply) => sendError(error, request, reply, options.logError),
    bodyLimit: Number.MAX_SAFE_INTEGER,
    clientErrorHandler: answerClientError,
    // Loads and builds take as long as they take, and clients keep idle connections for minutes.
    keepAliveTimeout: 0,
    requestTimeout: 0,
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS },
    forceCloseConnections: true,
    return503OnClosing: false,
    schemaController: { compilersFactory: { buildValidator: refuseSchemas, buildSerializer: refuseSchemas } },
  });
  app.decorate('logError', options.logError);
  app.decorateRequest('apiVersion', API_VERSION);
  acceptAnyBody(app);
  addVersioning(app, `Skiff/${options.engineVersion} (linux)`);
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, options.logError));
  app.setNotFoundHandler(sendPageNotFound);
  app.options('/*', async (_request, reply) => reply.code(200).send());
  enableHijack(app);
  return app;
}

/** Bodies are checked by api-types, with Docker's messages. Fastify's own compilers would cost 10 MB of memory. */
function refuseSchemas(): never {
  throw new TypeError('routes have no schemas here: decode bodies with api-types');
}

function acceptAnyBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request, payload, done) => done(null, hijackedBody(request.raw) ?? payload));
  app.setReplySerializer((payload) => `${JSON.stringify(payload)}\n`);
  // Docker says so without a charset, and some clients compare the whole value.
  app.addHook('preSerialization', (_request, reply, payload, done) => {
    if (reply.getHeader('content-type') === 'application/json; charset=utf-8') {
      reply.header('content-type', 'application/json');
    }
    done(null, payload);
  });
}

/** Docker matches the route first: unknown pages have neither these headers nor a check of the version. */
function addVersioning(app: FastifyInstance, server: string): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) return done();
    reply.headers({ 'Api-Version': API_VERSION, Ostype: 'linux', Server: server });
    const { version } = splitVersion(request.originalUrl);
    if (version !== undefined) {
      checkVersion(version);
      request.apiVersion = version;
    }
    reply.header('Docker-Experimental', 'false');
    done();
  });
}
