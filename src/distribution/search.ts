import { internalError, invalidArgument } from '../errors/engine-error.ts';
import { basicAuthorization } from './auth/fetch-token.ts';
import type { Credentials } from './credentials.ts';
import { readCertificates, tlsOptions } from './endpoint/certificates.ts';
import { findEndpoints, HUB } from './endpoint/find-endpoints.ts';
import { HttpClient, readBody } from './http/http-client.ts';
import { ExchangeError } from './http/transport-error.ts';
import { listNames } from './list-tags.ts';
import type { RegistrySettings } from './registry-settings.ts';
import { CATALOG_SCOPE } from './scopes.ts';
import { withRegistry } from './with-registry.ts';

export interface SearchRequest {
  /** With the registry before it, if it is not Docker Hub: `registry.example:5000/busy`. */
  readonly term: string;
  readonly limit: number;
  readonly credentials: Credentials;
}

export interface SearchResult {
  readonly name: string;
  readonly description: string;
  readonly starCount: number;
  readonly isOfficial: boolean;
  readonly isAutomated: boolean;
}

const HUB_INDEX = 'https://index.docker.io';
const LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Images whose names hold the term, as the registry's index (`/v1/search`) finds them. A registry without an index, as
 * most are, is asked for its catalogue instead, of which those repositories are taken whose name holds the term.
 * @throws invalid_argument, internal
 */
export async function search(
  settings: RegistrySettings,
  { term, limit, credentials }: SearchRequest,
  signal: AbortSignal,
): Promise<SearchResult[]> {
  if (term.includes('://')) {
    throw invalidArgument(`invalid repository name: repository name (${term}) should not have a scheme`);
  }
  const [first = '', ...others] = term.split('/');
  const isHost = others.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const registry = isHost && first !== 'index.docker.io' && first !== HUB ? first : HUB;
  const words = isHost ? others.join('/') : term;
  if (registry === HUB) {
    const found = await askIndex(
      settings,
      { host: 'index.docker.io', base: HUB_INDEX, acceptsAnyCertificate: false },
      { words, limit, credentials },
      signal,
    );
    if (found === undefined) throw internalError('error decoding registry search results');
    return found;
  }
  for (const endpoint of await findEndpoints(registry, settings, { withMirrors: false })) {
    try {
      const found = await askIndex(settings, endpoint, { words, limit, credentials }, signal);
      if (found !== undefined) return found;
    } catch (error) {
      // Nobody is there. The catalogue is asked at all endpoints again, and says so where that is the answer.
      if (!(error instanceof ExchangeError)) throw error;
    }
  }
  return askCatalogue(settings, registry, { words, limit, credentials }, signal);
}

interface Question {
  readonly words: string;
  readonly limit: number;
  readonly credentials: Credentials;
}

/** Undefined when there is no index. @throws internal when it is in trouble */
async function askIndex(
  settings: RegistrySettings,
  endpoint: { readonly host: string; readonly base: string; readonly acceptsAnyCertificate: boolean },
  { words, limit, credentials }: Question,
  signal: AbortSignal,
): Promise<SearchResult[] | undefined> {
  const certificates = await readCertificates(settings.certificateFolders, endpoint.host);
  const http = new HttpClient(tlsOptions(certificates, endpoint.acceptsAnyCertificate));
  try {
    const url = new URL(`${endpoint.base}/v1/search?q=${encodeURIComponent(words)}&n=${limit}`);
    const headers = credentials.username === '' ? {} : { authorization: basicAuthorization(credentials) };
    const response = await http.send({ method: 'GET', url, headers, signal });
    if (response.status !== 200) {
      response.body.resume();
      if (response.status < 500 && endpoint.base !== HUB_INDEX) return undefined;
      throw internalError(`Unexpected status code ${response.status}`);
    }
    return resultsIn((await readBody(response, LIMIT_BYTES)).toString());
  } finally {
    http.close();
  }
}

async function askCatalogue(
  settings: RegistrySettings,
  registry: string,
  { words, limit, credentials }: Question,
  signal: AbortSignal,
): Promise<SearchResult[]> {
  return withRegistry({ registry, withMirrors: false, credentials, settings, signal }, async (client) => {
    const catalogue = { target: '/v2/_catalog', field: 'repositories', scopes: [CATALOG_SCOPE], signal };
    const names = await listNames(client, catalogue);
    return names
      .filter((name) => name.includes(words))
      .slice(0, limit)
      .map((name) => ({
        name: `${registry}/${name}`,
        description: '',
        starCount: 0,
        isOfficial: false,
        isAutomated: false,
      }));
  });
}

/** Undefined for what is no answer of an index: many a server shows a page wherever it has nothing. */
function resultsIn(text: string): SearchResult[] | undefined {
  const results = listIn(text);
  return results?.map((result) => ({
    name: textOf(result['name']),
    description: textOf(result['description']),
    starCount: Number(result['star_count'] ?? 0),
    isOfficial: result['is_official'] === true,
    // As Docker says of all, since there are no automated builds any more.
    isAutomated: false,
  }));
}

function listIn(text: string): Record<string, unknown>[] | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const results: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'results') : undefined;
    return Array.isArray(results) ? results.filter((one) => typeof one === 'object' && one !== null) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
