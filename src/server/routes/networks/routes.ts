import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  type EndpointResource,
  type NetworkCreateResponse,
  type NetworkResource,
  type NetworkRules,
  type NetworksPruneResponse,
  networkConnectBody,
  networkCreateBody,
  networkDisconnectBody,
} from '../../../api-types/network.ts';
import { decodeBody } from '../../../api-types/shape.ts';
import { EngineError, invalidArgument, isEngineError, messageOf } from '../../../errors/engine-error.ts';
import { networkNotFound } from '../../../errors/networks.ts';
import { Filters } from '../../../lib/filters.ts';
import { parseBool } from '../../../lib/go-numbers.ts';
import { readJson } from '../../json-body.ts';
import { queryText } from '../../query.ts';
import { pruneUntilNs } from '../../query-time.ts';
import type { NetworkBackend, NetworkRecord } from './backend.ts';
import { createRequest } from './create-request.ts';
import { filterNetworks } from './filter-networks.ts';
import { endpointResource, networkResource } from './network-resource.ts';

const PRUNE_FILTERS = ['label', 'label!', 'until'];

export function registerNetworkRoutes(app: FastifyInstance, backend: NetworkBackend): void {
  for (const path of ['/networks', '/networks/']) app.get(path, async (request) => list(backend, request));
  app.get('/networks/:id', async (request) => inspect(backend, request));
  app.get(
    '/networks/:id/rules',
    async (request): Promise<NetworkRules> => ({
      Rules: await backend.networks.rules(networkOf(backend, request)),
    }),
  );
  app.delete('/networks/:id', async (request, reply) => {
    await backend.networks.remove(networkOf(backend, request));
    return reply.code(204).send();
  });
  app.post('/networks/create', async (request, reply): Promise<NetworkCreateResponse> => {
    const { id } = await backend.networks.create(createRequest(decodeBody(networkCreateBody, await readJson(request))));
    reply.code(201);
    return { Id: id, Warning: '' };
  });
  app.post('/networks/:id/connect', async (request, reply) => {
    const { Container, EndpointConfig } = decodeBody(networkConnectBody, await readJson(request));
    await backend.containers.connect(named(Container), referenceOf(request), EndpointConfig);
    return reply.code(200).send();
  });
  app.post('/networks/:id/disconnect', async (request, reply) => {
    const { Container, Force } = decodeBody(networkDisconnectBody, await readJson(request));
    await disconnect(backend, request, Container, Force);
    return reply.code(200).send();
  });
  app.post('/networks/prune', async (request): Promise<NetworksPruneResponse> => {
    const filters = Filters.parse(queryText(request.query, 'filters'));
    filters.validate(PRUNE_FILTERS);
    const names = await backend.networks.prune(filters, pruneUntilNs(filters));
    return { NetworksDeleted: names.length === 0 ? null : names };
  });
}

function referenceOf(request: FastifyRequest): string {
  return (request.params as { id: string }).id;
}

function networkOf(backend: NetworkBackend, request: FastifyRequest): NetworkRecord {
  return backend.networks.find(referenceOf(request));
}

function named(container: string): string {
  if (container === '') throw invalidArgument('invalid name or ID supplied: ""');
  return container;
}

/** With force, Docker looks for the place in the network alone. */
async function disconnect(
  backend: NetworkBackend,
  request: FastifyRequest,
  container: string,
  force: boolean,
): Promise<void> {
  try {
    await backend.containers.disconnect(named(container), referenceOf(request), { force });
  } catch (error) {
    if (!force || !isEngineError(error, 'not_found') || !error.message.startsWith('No such container')) throw error;
    networkOf(backend, request);
    throw new EngineError('not_found', `endpoint ${container} not found`, { cause: error });
  }
}

function list(backend: NetworkBackend, request: FastifyRequest): NetworkResource[] {
  const { networks } = backend;
  const filters = Filters.parse(queryText(request.query, 'filters'));
  const isInUse = (network: NetworkRecord): boolean => networks.endpointsIn(network).length > 0;
  return filterNetworks(networks.list(), filters, isInUse).map((network) =>
    networkResource(network, request.apiVersion),
  );
}

function inspect(backend: NetworkBackend, request: FastifyRequest): NetworkResource {
  checkVerbose(queryText(request.query, 'verbose'));
  const network = networkOf(backend, request);
  const scope = queryText(request.query, 'scope') ?? '';
  if (scope !== '' && scope !== 'local') throw networkNotFound(referenceOf(request));
  const containers: Record<string, EndpointResource> = {};
  for (const endpoint of backend.networks.endpointsIn(network)) {
    // One that is being removed at this moment has no name any more.
    const name = backend.containers.nameOf(endpoint.containerId);
    if (name !== undefined) containers[endpoint.containerId] = endpointResource(network, endpoint, name);
  }
  return networkResource(network, request.apiVersion, containers);
}

function checkVerbose(text: string | undefined): void {
  if (text === undefined || text === '') return;
  try {
    parseBool(text);
  } catch (error) {
    throw invalidArgument(`invalid value for verbose: ${text}: ${messageOf(error)}`, error);
  }
}
