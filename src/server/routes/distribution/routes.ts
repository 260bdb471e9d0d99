import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DistributionInspectResponse, LoginResponse, SearchResponse } from '../../../api-types/distribution.ts';
import { invalidArgument, messageOf } from '../../../errors/engine-error.ts';
import { withDefaultTag } from '../../../lib/image-reference.ts';
import { optionalInteger } from '../../go-atoi.ts';
import { rawBody, readJson } from '../../json-body.ts';
import { queryText } from '../../query.ts';
import { hangUpSignal } from '../../stream-response.ts';
import { wantedPlatforms } from '../images/wanted-platform.ts';
import type { Credentials, DistributionBackend } from './backend.ts';
import { inspectResponse } from './inspect-response.ts';
import { stream } from './pull-route.ts';
import { referenceOf } from './reference-of.ts';
import { credentialsFrom, registryAuth } from './registry-auth.ts';
import { searchFilter, searchResponse } from './search-response.ts';

const DEFAULT_RESULTS = 25;
const MAX_RESULTS = 100;

/** Everything that asks a registry, but for pulling, which shares its path with imports. */
export function registerDistributionRoutes(app: FastifyInstance, backend: DistributionBackend): void {
  app.post('/images/:name/push', async (request, reply) => push(backend, request, reply));
  app.post('/auth', async (request, reply): Promise<LoginResponse> => {
    const credentials = credentialsFrom(await readJson(request, { required: true }));
    const { identityToken } = await backend.login(credentials, hangUpSignal(reply));
    return { IdentityToken: identityToken, Status: 'Login Succeeded' };
  });
  app.get('/images/search', async (request, reply) => search(backend, request, reply));
  app.get('/distribution/:name/json', async (request, reply): Promise<DistributionInspectResponse> => {
    const reference = withDefaultTag(referenceOf(nameOf(request), ''));
    return inspectResponse(
      await backend.inspect({ reference, credentials: registryAuth(request) }, hangUpSignal(reply)),
    );
  });
}

async function push(backend: DistributionBackend, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const credentials = await pushAuth(request);
  const reference = referenceOf(nameOf(request), queryText(request.query, 'tag') ?? '');
  if (reference.digest !== undefined) throw invalidArgument('cannot push a digest reference');
  const [platform] = wantedPlatforms(request, 'platform', '1.46');
  const wanted = { reference, credentials, ...(platform === undefined ? {} : { platform }) };
  return stream(reply, true, (report, signal) => backend.push(wanted, report, signal));
}

/** Very old clients send the credentials as the request's body; without a header they must be there. */
async function pushAuth(request: FastifyRequest): Promise<Credentials> {
  if (request.headers['x-registry-auth'] !== undefined) {
    rawBody(request)?.resume();
    return registryAuth(request);
  }
  try {
    return credentialsFrom(await readJson(request, { required: true }));
  } catch (error) {
    const reason = messageOf(error) === 'invalid JSON: got EOF while reading request body' ? 'EOF' : messageOf(error);
    throw invalidArgument(
      `bad parameters and missing X-Registry-Auth: invalid X-Registry-Auth header: ${reason}`,
      error,
    );
  }
}

async function search(
  backend: DistributionBackend,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<SearchResponse[]> {
  const { query } = request;
  const isWanted = searchFilter(queryText(query, 'filters'));
  const limit = limitOf(query);
  const results = await backend.search(
    { term: queryText(query, 'term') ?? '', limit, credentials: registryAuth(request) },
    hangUpSignal(reply),
  );
  return results.filter(isWanted).map(searchResponse);
}

function limitOf(query: unknown): number {
  let limit: number;
  try {
    limit = optionalInteger(query, 'limit', 'invalid_argument') ?? 0;
  } catch (error) {
    throw invalidArgument(`invalid limit specified: ${messageOf(error)}`, error);
  }
  if (limit === 0) return DEFAULT_RESULTS;
  if (limit < 1 || limit > MAX_RESULTS) {
    throw invalidArgument(`limit ${limit} is outside the range of [1, ${MAX_RESULTS}]`);
  }
  return limit;
}

function nameOf(request: FastifyRequest): string {
  return (request.params as { name: string }).name;
}
