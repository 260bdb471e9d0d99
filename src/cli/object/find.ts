import type { ApiClient } from '../../client/api-client.ts';
import { ApiError } from '../../client/api-error.ts';
import { pathToImage } from '../../client/images.ts';
import { pathTo } from '../../client/path-to.ts';
import { getText } from '../../client/system.ts';
import { CliError } from '../errors.ts';
import type { Inspected } from '../format/inspect-output.ts';
import type { GoType } from '../format/typed/go-type.ts';

interface ObjectKind {
  readonly path: (reference: string) => string;
  readonly loadType: () => Promise<GoType | undefined>;
  /** Whether `--size` means anything. */
  readonly hasSize?: true;
  /** Objects that only a swarm manager has: they are looked for only when their type is asked for. */
  readonly isSwarm?: true;
}

const untyped = () => Promise.resolve(undefined);
const encode = encodeURIComponent;
const encodePath = (reference: string) => reference.split('/').map(encode).join('/');

/** In the order in which a name without a type is looked for. */
const kinds = {
  container: {
    path: (reference) => pathTo('containers', reference, 'json'),
    loadType: async () => (await import('../format/typed/container-types.ts')).containerType,
    hasSize: true,
  },
  image: {
    path: (reference) => pathToImage(reference, 'json'),
    loadType: async () => (await import('../format/typed/image-types.ts')).imageType,
  },
  network: {
    path: (reference) => pathTo('networks', reference),
    loadType: async () => (await import('../format/typed/network-types.ts')).networkType,
  },
  volume: {
    path: (reference) => pathTo('volumes', reference),
    loadType: async () => (await import('../format/typed/network-types.ts')).volumeType,
  },
  service: { path: (reference) => `/services/${encode(reference)}`, loadType: untyped, isSwarm: true },
  task: { path: (reference) => `/tasks/${encode(reference)}`, loadType: untyped, isSwarm: true },
  node: { path: (reference) => `/nodes/${encode(reference)}`, loadType: untyped, isSwarm: true },
  plugin: { path: (reference) => `/plugins/${encodePath(reference)}/json`, loadType: untyped },
  secret: { path: (reference) => `/secrets/${encode(reference)}`, loadType: untyped, isSwarm: true },
  config: { path: (reference) => `/configs/${encode(reference)}`, loadType: untyped, isSwarm: true },
} as const satisfies Record<string, ObjectKind>;

export type ObjectType = keyof typeof kinds;

export const objectTypes = (Object.keys(kinds) as ObjectType[]).sort();

export function isObjectType(text: string): text is ObjectType {
  return Object.hasOwn(kinds, text);
}

/** @throws ApiError as the daemon answers */
export async function findObject(
  client: ApiClient,
  type: ObjectType,
  reference: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
): Promise<Inspected> {
  const kind: ObjectKind = kinds[type];
  return { text: await getText(client, kind.path(reference), query), loadType: kind.loadType };
}

/** Looks for an object of any type; `warn` is told when the size was asked for in vain. */
export async function findAnyObject(
  client: ApiClient,
  reference: string,
  withSize: boolean,
  warn: (text: string) => Promise<void>,
): Promise<Inspected> {
  for (const type of Object.keys(kinds) as ObjectType[]) {
    const kind: ObjectKind = kinds[type];
    if (kind.isSwarm === true) continue;
    try {
      const found = await findObject(client, type, reference, { size: withSize && kind.hasSize ? 1 : undefined });
      if (withSize && kind.hasSize !== true) await warn(`WARNING: --size ignored for ${type}\n`);
      return found;
    } catch (error) {
      if (!isSkippable(error)) throw error;
    }
  }
  throw new CliError(`Error: No such object: ${reference}`);
}

/** The name may still be that of another kind of object. */
function isSkippable(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.status === 404 || /not supported|invalid reference format/.test(error.message);
}
