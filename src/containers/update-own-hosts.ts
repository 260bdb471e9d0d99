import { readFile, writeFile } from 'node:fs/promises';
import type { Endpoint } from '../networks/container-network.ts';
import { ownNames } from '../networks/hosts-file.ts';
import type { ContainersContext } from './context.ts';
import { pathsOf } from './paths.ts';
import type { ContainerRecord } from './record.ts';

/** A running container has got further addresses: its /etc/hosts names it by them as well. What it wrote there stays. */
export async function addOwnHosts(
  context: ContainersContext,
  record: ContainerRecord,
  endpoint: Endpoint,
): Promise<void> {
  const { config } = record;
  const names = ownNames(config.Hostname, config.Domainname);
  const lines = addressesOf(endpoint).map((address) => `${address}\t${names}\n`);
  await change(context, record, (text) => text + lines.join(''));
}

/** The lines of addresses that it has lost go. */
export async function removeOwnHosts(
  context: ContainersContext,
  record: ContainerRecord,
  endpoint: Endpoint | null,
): Promise<void> {
  const gone = new Set(endpoint === null ? [] : addressesOf(endpoint));
  await change(context, record, (text) =>
    text
      .split('\n')
      .filter((line) => !gone.has(line.split(/\s/, 1)[0] ?? ''))
      .join('\n'),
  );
}

function addressesOf({ ipAddress, ipv6Address }: Endpoint): string[] {
  return [ipAddress, ipv6Address].filter((address) => address !== '');
}

/** In place: the container has this very file mounted. */
async function change(
  { options }: ContainersContext,
  { id }: ContainerRecord,
  edit: (text: string) => string,
): Promise<void> {
  const { hosts } = pathsOf(options, id);
  await writeFile(hosts, edit(await readFile(hosts, 'utf8')));
}
