import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  type EndpointResource,
  type NetworkResource,
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
import type { NetworkBackend, NetworkedContainer, NetworkRecord } from './backend.ts';
import { connectContainer, containerNamed, refuseCreate, refuseDisconnect, refuseRemove } from './change-network.ts';
import { filterNetworks } from './filter-networks.ts';
import { findNetwork } from './find-network.ts';
import { endpointResource, networkResource } from './network-resource.ts';

const PRUNE_FILTERS = ['label', 'label!', 'until'];

export function registerNetworkRoutes(app: FastifyInstance, backend: NetworkBackend): void {
  for (const path of ['/networks', '/networks/']) app.get(path, async (request) => list(backend, request));
  app.get('/networks/:id', async (request) => inspect(backend, request));
  app.delete('/networks/:id', async (request) => {
    throw refuseRemove(networkOf(backend, request));
  });
  app.post('/networks/create', async (request) => {
    throw refuseCreate(decodeBody(networkCreateBody, await readJson(request)));
  });
  app.post('/networks/:id/connect', async (request, reply) => {
    const { Container } = decodeBody(networkConnectBody, await readJson(request));
    const container = containerNamed(backend, Container);
    connectContainer(networkOf(backend, request), container);
    return reply.code(200).send();
  });
  app.post('/networks/:id/disconnect', async (request) => {
    const { Container, Force } = decodeBody(networkDisconnectBody, await readJson(request));
    const container = Force ? forcedContainer(backend, Container) : containerNamed(backend, Container);
    throw refuseDisconnect(networkOf(backend, request), container);
  });
  app.post('/networks/prune', async (request): Promise<NetworksPruneResponse> => {
    Filters.parse(queryText(request.query, 'filters')).validate(PRUNE_FILTERS);
    // Predefined networks are never pruned.
    return { NetworksDeleted: null };
  });
}

function networkOf(backend: NetworkBackend, request: FastifyRequest): NetworkRecord {
  return findNetwork(backend.networks.list(), (request.params as { id: string }).id);
}

function list(backend: NetworkBackend, request: FastifyRequest): NetworkResource[] {
  const { networks } = backend;
  const filters = Filters.parse(queryText(request.query, 'filters'));
  const isInUse = (network: NetworkRecord): boolean => networks.endpoints(network).length > 0;
  return filterNetworks(networks.list(), filters, isInUse).map((network) =>
    networkResource(network, request.apiVersion),
  );
}

function inspect(backend: NetworkBackend, request: FastifyRequest): NetworkResource {
  checkVerbose(queryText(request.query, 'verbose'));
  const network = networkOf(backend, request);
  const scope = queryText(request.query, 'scope') ?? '';
  if (scope !== '' && scope !== 'local') throw networkNotFound((request.params as { id: string }).id);
  const containers: Record<string, EndpointResource> = {};
  for (const endpoint of backend.networks.endpoints(network)) {
    const name = nameOf(backend, endpoint.containerId);
    if (name !== undefined) containers[endpoint.containerId] = endpointResource(network, endpoint, name);
  }
  return networkResource(network, request.apiVersion, containers);
}

/** Undefined for a container that is being removed at this moment. */
function nameOf(backend: NetworkBackend, id: string): string | undefined {
  try {
    return backend.containers.find(id).name;
  } catch (error) {
    if (isEngineError(error, 'not_found')) return undefined;
    throw error;
  }
}

function checkVerbose(text: string | undefined): void {
  if (text === undefined || text === '') return;
  try {
    parseBool(text);
  } catch (error) {
    throw invalidArgument(`invalid value for verbose: ${text}: ${messageOf(error)}`, error);
  }
}

/** With force, Docker looks for the place in the network alone. */
function forcedContainer(backend: NetworkBackend, reference: string): NetworkedContainer {
  try {
    return containerNamed(backend, reference);
  } catch (error) {
    if (!isEngineError(error, 'not_found')) throw error;
    throw new EngineError('not_found', `endpoint ${reference} not found`, { cause: error });
  }
}
