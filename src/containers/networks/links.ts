import type { HostConfig } from '../../api-types/host-config.ts';
import { internalError, invalidArgument, isEngineError, messageOf } from '../../errors/engine-error.ts';
import type { ContainerId } from '../../lib/ids.ts';
import { hasResolver } from '../../networks/predefined.ts';
import type { ContainersContext } from '../context.ts';
import { type ContainerRecord, isRunning } from '../record.ts';
import { bridgeAddressOf, withProtocol } from './network-settings.ts';

/** Another container on the default bridge, and the name by which this one finds it. */
interface Link {
  readonly alias: string;
  readonly child: ContainerRecord;
}

/**
 * `HostConfig.Links` as records keep them: `<ID>:<alias>`, so that they survive a renaming. In networks that resolve
 * names a link is an alias in the endpoint's settings, and these are kept as they came.
 * @throws invalid_argument for a container that is not there; internal for what is no link. Docker's texts.
 */
export function resolveLinks(context: ContainersContext, host: HostConfig): HostConfig {
  if ((host.Links ?? []).length === 0 || hasResolver({ name: host.NetworkMode })) return host;
  const links = (host.Links ?? []).map((text) => {
    const { target, alias } = parseLink(text);
    return `${idOf(context, target)}:${alias}`;
  });
  return { ...host, Links: links };
}

/** `name`, `name:alias`, and what inspect shows, `/name:/parent/alias`. */
function parseLink(text: string): { readonly target: string; readonly alias: string } {
  if (text === '') throw internalError('empty string specified for links');
  const [target = '', alias = target, ...rest] = text.split(':');
  if (rest.length > 0) throw internalError(`bad format for links: ${text}`);
  return { target: target.replace(/^\//, ''), alias: target.startsWith('/') ? (alias.split('/').at(-1) ?? '') : alias };
}

function idOf({ store }: ContainersContext, target: string): ContainerId {
  try {
    return store.resolve(target).id;
  } catch (error) {
    if (!isEngineError(error, 'not_found')) throw error;
    throw invalidArgument(`could not get container for ${target}: ${messageOf(error)}`);
  }
}

/** A link to a container that was removed went with it. */
function linksOf({ store }: ContainersContext, { hostConfig }: ContainerRecord): Link[] {
  if (hasResolver({ name: hostConfig.NetworkMode })) return [];
  return (hostConfig.Links ?? []).flatMap((text) => {
    const [id = '', alias = ''] = text.split(':');
    return store.has(id as ContainerId) ? [{ alias, child: store.get(id as ContainerId) }] : [];
  });
}

/** As inspect shows them; null without any. */
export function shownLinks(context: ContainersContext, record: ContainerRecord): string[] | null {
  const links = linksOf(context, record).map(({ alias, child }) => `/${child.name}:/${record.name}/${alias}`);
  return links.length === 0 ? null : links;
}

/** @throws internal for a link to a container that is elsewhere or does not run, with Docker's texts. */
export function checkLinks(context: ContainersContext, record: ContainerRecord): void {
  for (const { alias, child } of linksOf(context, record)) {
    if (!child.networks.some(({ name }) => name === 'bridge')) {
      throw internalError(`Cannot link to /${child.name}, as it does not belong to the default network`);
    }
    if (isRunning(child)) continue;
    throw internalError(`Cannot link to a non running container: /${child.name} AS /${record.name}/${alias}`);
  }
}

/** Entries of /etc/hosts in the form of `HostConfig.ExtraHosts`: names, a colon, an address. */
export function linkHosts(context: ContainersContext, record: ContainerRecord): string[] {
  return linksOf(context, record).flatMap(({ alias, child }) => {
    const address = bridgeAddressOf(child);
    const names = [...new Set([alias, child.config.Hostname, child.name])].join(' ');
    return isRunning(child) && address !== '' ? [`${names}:${address}`] : [];
  });
}

const NOT_HANDED_ON = new Set(['HOME', 'PATH']);

/** What a container is told of those it links to: where they listen, and their own variables. */
export function linkEnv(context: ContainersContext, record: ContainerRecord): string[] {
  return linksOf(context, record).flatMap(({ alias, child }) => {
    const prefix = alias.replaceAll('-', '_').toUpperCase();
    const address = bridgeAddressOf(child);
    const ports = Object.keys(child.config.ExposedPorts ?? {})
      .map(portOf)
      .toSorted(byNumber);
    const [first] = ports;
    const variables = (child.config.Env ?? []).filter((text) => {
      const [name = ''] = text.split('=', 1);
      return text.includes('=') && !NOT_HANDED_ON.has(name);
    });
    return [
      ...(first === undefined ? [] : [`${prefix}_PORT=${first.protocol}://${address}:${first.number}`]),
      ...ports.flatMap(({ number, protocol }) => {
        const name = `${prefix}_PORT_${number}_${protocol.toUpperCase()}`;
        return [
          `${name}=${protocol}://${address}:${number}`,
          `${name}_ADDR=${address}`,
          `${name}_PORT=${number}`,
          `${name}_PROTO=${protocol}`,
        ];
      }),
      `${prefix}_NAME=/${record.name}/${alias}`,
      ...variables.map((text) => `${prefix}_ENV_${text}`),
    ];
  });
}

interface Port {
  readonly number: number;
  readonly protocol: string;
}

function portOf(text: string): Port {
  const [number, protocol = 'tcp'] = withProtocol(text).split('/');
  return { number: Number(number), protocol };
}

/** Of two with one number, TCP's is first. */
function byNumber(a: Port, b: Port): number {
  return a.number - b.number || (a.protocol === 'tcp' ? -1 : 1);
}

/** Running containers that link to this one. */
export function linkedFrom({ store }: ContainersContext, id: ContainerId): ContainerRecord[] {
  const found: ContainerRecord[] = [];
  for (const record of store.records()) {
    if (isRunning(record) && record.hostConfig.Links?.some((link) => link.startsWith(`${id}:`)) === true) {
      found.push(record);
    }
  }
  return found;
}
