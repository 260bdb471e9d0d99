import type { ApiClient } from './api-client.ts';
import { pathTo } from './path-to.ts';

/** Operations on containers. Each fails as `ApiClient.request` does. */

export interface Created {
  readonly Id: string;
  readonly Warnings: readonly string[] | null;
}

export async function createContainer(
  client: ApiClient,
  body: object,
  options: { readonly name?: string; readonly platform?: string } = {},
): Promise<Created> {
  const query = { name: options.name || undefined, platform: options.platform || undefined };
  return await client.json<Created>('POST', '/containers/create', { query, json: body });
}

export async function startContainer(client: ApiClient, container: string): Promise<void> {
  await client.request('POST', pathTo('containers', container, 'start'));
}

export interface StopOptions {
  readonly signal?: string;
  readonly timeoutSeconds?: number | undefined;
}

/** Already stopped is success. */
export async function stopContainer(client: ApiClient, container: string, options: StopOptions = {}): Promise<void> {
  await client.request('POST', pathTo('containers', container, 'stop'), { query: stopQuery(options) });
}

export async function restartContainer(client: ApiClient, container: string, options: StopOptions = {}): Promise<void> {
  await client.request('POST', pathTo('containers', container, 'restart'), { query: stopQuery(options) });
}

function stopQuery(options: StopOptions) {
  return { signal: options.signal || undefined, t: options.timeoutSeconds };
}

export async function pauseContainer(client: ApiClient, container: string): Promise<void> {
  await client.request('POST', pathTo('containers', container, 'pause'));
}

export async function unpauseContainer(client: ApiClient, container: string): Promise<void> {
  await client.request('POST', pathTo('containers', container, 'unpause'));
}

/** Docker's `UpdateConfig`: what is zero, empty or null stays as it is. */
export type UpdateRequest = Readonly<Record<string, unknown>>;

export async function updateContainer(
  client: ApiClient,
  container: string,
  update: UpdateRequest,
): Promise<{ readonly Warnings: readonly string[] | null }> {
  return await client.json('POST', pathTo('containers', container, 'update'), { json: update });
}

/** An empty signal leaves the choice to the daemon (KILL). */
export async function killContainer(client: ApiClient, container: string, signal: string): Promise<void> {
  await client.request('POST', pathTo('containers', container, 'kill'), { query: { signal: signal || undefined } });
}

export interface RemoveOptions {
  readonly force?: boolean;
  readonly volumes?: boolean;
  readonly link?: boolean;
}

export async function removeContainer(
  client: ApiClient,
  container: string,
  options: RemoveOptions = {},
): Promise<void> {
  const query = {
    v: options.volumes ? '1' : undefined,
    link: options.link ? '1' : undefined,
    force: options.force ? '1' : undefined,
  };
  await client.request('DELETE', pathTo('containers', container), { query });
}

export async function resizeContainer(
  client: ApiClient,
  container: string,
  rows: number,
  columns: number,
): Promise<void> {
  await client.request('POST', pathTo('containers', container, 'resize'), { query: { h: rows, w: columns } });
}

/** What the command line needs of an inspect answer; `inspect` itself prints the whole. */
export interface ContainerState {
  readonly Id: string;
  readonly State: { readonly Running: boolean; readonly Paused: boolean; readonly Restarting: boolean };
  readonly Config: { readonly Tty: boolean; readonly OpenStdin: boolean };
  readonly HostConfig: { readonly AutoRemove: boolean };
}

export async function inspectContainer(client: ApiClient, container: string): Promise<ContainerState> {
  return await client.json<ContainerState>('GET', pathTo('containers', container, 'json'));
}

export interface LogOptions {
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly details: boolean;
  readonly tail: string;
  /** Seconds since 1970, with nanoseconds behind a dot. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** The log's bytes: framed unless the container has a terminal. */
export async function containerLogs(
  client: ApiClient,
  container: string,
  options: LogOptions,
): Promise<AsyncIterable<Uint8Array>> {
  const query = {
    stdout: '1',
    stderr: '1',
    since: options.since,
    until: options.until,
    timestamps: options.timestamps ? '1' : undefined,
    details: options.details ? '1' : undefined,
    follow: options.follow ? '1' : undefined,
    tail: options.tail,
  };
  return (await client.request('GET', pathTo('containers', container, 'logs'), { query })).chunks();
}

/** By port and protocol (`80/tcp`); `null` for one that is exposed and not published. */
export type PublishedPorts = Readonly<
  Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>
>;

export async function inspectPorts(client: ApiClient, container: string): Promise<PublishedPorts | null> {
  const answer = await client.json<{ readonly NetworkSettings: { readonly Ports: PublishedPorts | null } }>(
    'GET',
    pathTo('containers', container, 'json'),
  );
  return answer.NetworkSettings.Ports;
}
