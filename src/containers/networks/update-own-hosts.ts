import { readFile } from 'node:fs/promises';
import { ownNames } from '../../networks/files/hosts-file.ts';
import { overwriteFile } from '../../networks/files/overwrite-file.ts';
import type { ContainersContext } from '../context.ts';
import { pathsOf } from '../paths.ts';
import type { ContainerRecord } from '../record.ts';

/**
 * A running container is in other networks than before: its /etc/hosts names it by its addresses in all that its record
 * has now. Everything else that is written there stays. Idempotent; in place, since the container has this very file
 * mounted.
 */
export async function updateOwnHosts(
  { options }: ContainersContext,
  { id, config, hostConfig, networks }: ContainerRecord,
): Promise<void> {
  // On the host's network the file is the host's, with the host's own names.
  if (hostConfig.NetworkMode === 'host') return;
  const { hosts } = pathsOf(options, id);
  const names = ownNames(config.Hostname, config.Domainname);
  const addresses = networks.flatMap(({ endpoint }) => [endpoint?.ipAddress ?? '', endpoint?.ipv6Address ?? '']);
  const lines = addresses.filter((address) => address !== '').map((address) => `${address}\t${names}`);
  const before = await readFile(hosts, 'utf8');
  const asked = new Set((hostConfig.ExtraHosts ?? []).map((entry) => entry.slice(entry.indexOf(':') + 1)));
  const isOthers = (line: string): boolean => !line.endsWith(`\t${names}`) || asked.has(line.split('\t', 1)[0] ?? '');
  const kept = before.split('\n').filter((line) => isOthers(line) || lines.includes(line));
  const added = lines.filter((line) => !kept.includes(line));
  const text = kept.join('\n').trimEnd();
  const after = `${[text, ...added].join('\n')}\n`;
  if (after !== before) await overwriteFile(hosts, after);
}
