import { posix } from 'node:path';
import type { FastifyRequest } from 'fastify';
import { EngineError, invalidArgument, messageOf } from '../../../errors/engine-error.ts';
import { parseReference, withDefaultTag } from '../../../lib/image-reference.ts';
import { parsePlatform } from '../../../lib/platform.ts';
import { rawBody } from '../../json-body.ts';
import { jsonErrorText } from '../../json-error-text.ts';
import { queryFlag, queryList, queryText } from '../../query.ts';
import { credentialsFrom } from '../distribution/registry-auth.ts';
import type { BuildRequest } from './backend.ts';

/** Where BuildKit's clients keep their files. */
const SESSION = 'client-session';

type Limits = BuildRequest['limits'];

/**
 * What `POST /build` asks for; `ssh`, `namedcontexts` and some more are parameters that only our own client sends.
 * @throws invalid_argument with Docker's texts.
 */
export function buildRequestOf(
  request: FastifyRequest,
  secrets: BuildRequest['secrets'],
  signal: AbortSignal,
): BuildRequest {
  const { query } = request;
  const text = (name: string) => queryText(query, name) ?? '';
  checkVersion(text('version'), text('remote'));
  checkIsolation(text('isolation'));
  const remote = text('remote');
  const platform = text('platform');
  const dockerfile = dockerfileOf(text('dockerfile'));
  return {
    context:
      remote === '' ? { kind: 'archive', archive: rawBody(request) ?? nothing() } : { kind: 'remote', url: remote },
    dockerfile,
    names: namesOf(queryList(query, 't')),
    target: text('target') === '' ? undefined : text('target'),
    buildArgs: textMap(query, 'buildargs'),
    labels: textMap(query, 'labels'),
    annotations: textMap(query, 'annotations'),
    platform: platform === '' ? undefined : parsePlatform(platform),
    networkMode: text('networkmode') || 'default',
    extraHosts: queryList(query, 'extrahosts')
      .flatMap((hosts) => hosts.split(','))
      .filter(Boolean),
    limits: limitsOf(query),
    noCache: queryFlag(query, 'nocache'),
    noCacheStages: queryList(query, 'nocachefilter')
      .flatMap((names) => names.toLowerCase().split(','))
      .filter(Boolean),
    cacheFrom: textList(query, 'cachefrom'),
    pull: queryFlag(query, 'pull'),
    squash: queryFlag(query, 'squash'),
    reproducible: queryFlag(query, 'reproducible'),
    keepFailed: queryFlag(query, 'keepfailed'),
    checkOnly: queryFlag(query, 'check'),
    logins: loginsOf(request),
    secrets,
    sshAgents: new Map(Object.entries(textMap(query, 'ssh'))),
    namedContexts: new Map(Object.entries(textMap(query, 'namedcontexts'))),
    signal,
  };
}

/** `2` is BuildKit's: as long as nothing is asked of a session, its builds are like any other. */
function checkVersion(version: string, remote: string): void {
  if (!['', '1', '2'].includes(version)) throw invalidArgument(`invalid version ${JSON.stringify(version)}`);
  if (remote !== SESSION) return;
  throw invalidArgument('sessions of BuildKit are not supported: build with DOCKER_BUILDKIT=0, or with skiff build');
}

function checkIsolation(isolation: string): void {
  if (isolation === '' || isolation.toLowerCase() === 'default') return;
  throw invalidArgument(`unsupported isolation: ${JSON.stringify(isolation)}`);
}

/** Within the context, whatever it is written like. */
function dockerfileOf(path: string): string {
  const clean = posix.normalize(`/${path === '' ? 'Dockerfile' : path}`).slice(1);
  if (posix.normalize(path).startsWith('../')) {
    // Docker's status for it is that of a bug.
    throw new EngineError('internal', `forbidden path outside the build context: ${path} ()`);
  }
  return clean;
}

function namesOf(names: readonly string[]): BuildRequest['names'] {
  const known = new Map(
    names
      .filter((name) => name !== '')
      .map((name) => {
        const reference = parseReference(name);
        if (reference.digest !== undefined) throw invalidArgument('build tag cannot contain a digest');
        return [JSON.stringify(withDefaultTag(reference)), withDefaultTag(reference)] as const;
      }),
  );
  return [...known.values()];
}

function limitsOf(query: unknown): Limits {
  const number = (name: string) => {
    const text = queryText(query, name) ?? '';
    return /^-?\d+$/.test(text) ? Number(text) : 0;
  };
  const text = (name: string) => queryText(query, name) ?? '';
  return {
    memoryBytes: number('memory'),
    memorySwapBytes: number('memswap'),
    cpuShares: number('cpushares'),
    cpuPeriod: number('cpuperiod'),
    cpuQuota: number('cpuquota'),
    cpusetCpus: text('cpusetcpus'),
    cpusetMems: text('cpusetmems'),
    cgroupParent: text('cgroupparent'),
    shmBytes: shmBytesOf(text('shmsize')),
    ulimits: ulimitsOf(query),
    securityOptions: securityOptionsOf(query),
  };
}

function shmBytesOf(text: string): number {
  if (text === '' || /^-?\d+$/.test(text)) return Number(text);
  // Docker's status for it is that of a bug.
  throw new EngineError('internal', `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** Clients send them one by one, or as a list. */
function securityOptionsOf(query: unknown): string[] {
  return queryList(query, 'securityopt').flatMap((text) =>
    text.startsWith('[') ? textList({ securityopt: text }, 'securityopt') : text === '' ? [] : [text],
  );
}

function ulimitsOf(query: unknown): Limits['ulimits'] {
  const list = json(query, 'ulimits', 'error reading ulimit settings');
  if (!Array.isArray(list)) return [];
  return list.map((limit: unknown) => {
    const { Name, Soft, Hard } = (limit ?? {}) as Record<string, unknown>;
    if (typeof Name !== 'string' || typeof Soft !== 'number' || typeof Hard !== 'number') {
      throw invalidArgument('error reading ulimit settings: a limit has a name and two numbers');
    }
    return { Name, Soft, Hard };
  });
}

/** Names whose value is null are those that the client has not set. */
function textMap(query: unknown, name: string): Record<string, string> {
  const complaint = `error reading ${name === 'buildargs' ? 'build args' : name}`;
  const map = json(query, name, complaint) ?? {};
  if (typeof map !== 'object' || Array.isArray(map)) {
    const goType = name === 'buildargs' ? 'map[string]*string' : 'map[string]string';
    throw invalidArgument(`${complaint}: json: cannot unmarshal ${goKind(map)} into Go value of type ${goType}`);
  }
  const entries = Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries);
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function textList(query: unknown, name: string): string[] {
  const list = json(query, name, `error reading ${name === 'cachefrom' ? 'cache-from' : name}`);
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : [];
}

function json(query: unknown, name: string, complaint: string): unknown {
  const text = queryText(query, name) ?? '';
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = jsonErrorText(messageOf(error), text)
      .replace('invalid JSON: ', '')
      .replace('unexpected EOF', 'unexpected end of JSON input');
    throw invalidArgument(`${complaint}: ${reason}`, error);
  }
}

/** The logins of all registries, as `X-Registry-Config` has them; one that cannot be read is as none, as in Docker. */
function loginsOf(request: FastifyRequest): BuildRequest['logins'] {
  const header = request.headers['x-registry-config'];
  if (typeof header !== 'string' || header === '') return {};
  try {
    const all = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, unknown>;
    return Object.fromEntries(Object.entries(all).map(([name, login]) => [name, credentialsFrom(login)]));
  } catch {
    return {}; // the registry will say when it wants credentials
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
