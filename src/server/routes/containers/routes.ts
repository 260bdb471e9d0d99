import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { configFields } from '../../../api-types/container-config.ts';
import { type CreateBody, type CreateResponse, createBody } from '../../../api-types/container-create.ts';
import { containerUpdate } from '../../../api-types/container-update.ts';
import { decodeBody } from '../../../api-types/shape.ts';
import { invalidArgument } from '../../../errors/engine-error.ts';
import { Filters } from '../../../lib/filters.ts';
import { type ApiVersion, isAtLeast } from '../../api-version.ts';
import { optionalInteger, terminalSize } from '../../go-atoi.ts';
import { readJson } from '../../json-body.ts';
import { queryFlag, queryText } from '../../query.ts';
import { pruneUntilNs } from '../../query-time.ts';
import { hangUpSignal } from '../../stream-response.ts';
import type { ContainerBackend, StopOptions } from './backend.ts';
import { registerContainerStreams } from './stream-routes.ts';

type ContainerRequest = FastifyRequest<{ Params: { id: string } }>;

/** Longest request that `start` still takes for an empty one, as Docker does. */
const EMPTY_START_BYTES = 7;

export function registerContainerRoutes(app: FastifyInstance, backend: ContainerBackend): void {
  registerReading(app, backend);
  registerLifecycle(app, backend);
  registerChanges(app, backend);
  registerContainerStreams(app, backend);
}

function registerReading(app: FastifyInstance, backend: ContainerBackend): void {
  app.get('/containers/json', ({ query }) =>
    backend.list({
      all: queryFlag(query, 'all'),
      limit: Math.max(0, optionalInteger(query, 'limit', 'internal') ?? 0),
      size: queryFlag(query, 'size'),
      filters: Filters.parse(queryText(query, 'filters')),
    }),
  );
  app.get('/containers/:id/json', ({ params, query }: ContainerRequest) =>
    backend.inspect(params.id, { size: queryFlag(query, 'size') }),
  );
  app.post('/containers/prune', ({ query }) => {
    const filters = Filters.parse(queryText(query, 'filters'));
    return backend.prune(filters, pruneUntilNs(filters));
  });
}

function registerLifecycle(app: FastifyInstance, backend: ContainerBackend): void {
  app.post('/containers/create', (request, reply) => create(backend, request, reply));
  app.post('/containers/:id/start', async (request: ContainerRequest, reply) => {
    refuseBody(request);
    await backend.start(request.params.id);
    return reply.code(204).send();
  });
  app.post('/containers/:id/stop', async ({ params, query }: ContainerRequest, reply) => {
    await backend.stop(params.id, stopOptions(query));
    return reply.code(204).send();
  });
  app.post('/containers/:id/restart', async ({ params, query }: ContainerRequest, reply) => {
    await backend.restart(params.id, stopOptions(query));
    return reply.code(204).send();
  });
  app.post('/containers/:id/pause', async ({ params }: ContainerRequest, reply) => {
    await backend.pause(params.id);
    return reply.code(204).send();
  });
  app.post('/containers/:id/unpause', async ({ params }: ContainerRequest, reply) => {
    await backend.unpause(params.id);
    return reply.code(204).send();
  });
  app.post('/containers/:id/kill', async ({ params, query }: ContainerRequest, reply) => {
    await backend.kill(params.id, queryText(query, 'signal') ?? '');
    return reply.code(204).send();
  });
  app.post('/containers/:id/wait', (request: ContainerRequest, reply) => wait(backend, request, reply));
  app.delete('/containers/:id', async ({ params, query }: ContainerRequest, reply) => {
    await backend.remove(params.id, {
      force: queryFlag(query, 'force'),
      link: queryFlag(query, 'link'),
      volumes: queryFlag(query, 'v'),
    });
    return reply.code(204).send();
  });
}

function registerChanges(app: FastifyInstance, backend: ContainerBackend): void {
  app.post('/containers/:id/rename', async ({ params, query }: ContainerRequest, reply) => {
    await backend.rename(params.id, queryText(query, 'name') ?? '');
    return reply.code(204).send();
  });
  app.post('/containers/:id/update', async (request: ContainerRequest) =>
    backend.update(request.params.id, decodeBody(containerUpdate, await readJson(request))),
  );
  app.post('/containers/:id/resize', async ({ params, query }: ContainerRequest, reply) => {
    await backend.resize(params.id, terminalSize(query));
    return reply.code(200).send();
  });
}

async function create(
  backend: ContainerBackend,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<CreateResponse> {
  const body = await readJson(request, { required: true });
  const decoded: CreateBody = decodeBody(createBody, body);
  if (!hasConfig(body)) throw invalidArgument('config cannot be empty in order to create a container');
  const { HostConfig, NetworkingConfig, ...config } = decoded;
  refuseManyNetworks(Object.keys(NetworkingConfig?.EndpointsConfig ?? {}), request.apiVersion);
  const { id, warnings } = await backend.create({
    name: queryText(request.query, 'name') ?? '',
    config,
    hostConfig: HostConfig,
    networking: NetworkingConfig,
    platform: queryText(request.query, 'platform') ?? '',
  });
  reply.code(201);
  return { Id: id, Warnings: warnings };
}

/** Older clients cannot mean it: for them a container was created for one network and connected to others. */
function refuseManyNetworks(names: readonly string[], version: ApiVersion): void {
  if (names.length < 2 || isAtLeast(version, '1.44')) return;
  const list = names.toSorted((a, b) => (a < b ? -1 : 1)).join(', ');
  throw invalidArgument(`Container cannot be created with multiple network endpoints: ${list}`);
}

/** Docker takes a body for empty that sets nothing of the container itself, whatever it says of the host. */
function hasConfig(body: unknown): boolean {
  const known = new Set(Object.keys(configFields).map((key) => key.toLowerCase()));
  return Object.entries(body ?? {}).some(([key, value]) => value !== null && known.has(key.toLowerCase()));
}

function refuseBody({ headers }: FastifyRequest): void {
  const lengthBytes = headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity;
  if (lengthBytes > EMPTY_START_BYTES) {
    throw invalidArgument(
      'starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24',
    );
  }
}

function stopOptions(query: unknown): StopOptions {
  return {
    signal: queryText(query, 'signal'),
    timeoutSeconds: optionalInteger(query, 't', 'internal'),
  };
}

/**
 * The headers go out before the container ends: the docker command line sends its wait first, and starts the container
 * once they have come.
 */
async function wait(backend: ContainerBackend, request: ContainerRequest, reply: FastifyReply): Promise<FastifyReply> {
  const signal = hangUpSignal(reply);
  const condition = queryText(request.query, 'condition') ?? '';
  const { outcome } = backend.wait(request.params.id, condition, signal);
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, { 'Content-Type': 'application/json' });
  raw.flushHeaders();
  try {
    const { exitCode, error } = await outcome;
    const answer = { StatusCode: exitCode, ...(error === undefined ? {} : { Error: { Message: error } }) };
    raw.end(`${JSON.stringify(answer)}\n`);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return reply;
}
