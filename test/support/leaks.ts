import { createHash } from 'node:crypto';
import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrorCode } from '../../src/lib/system-error.ts';
import { mustRun } from './command.ts';

/** The tag by which a daemon with another data root than the default one names its bridge, table and cgroups. */
export function daemonTag(dataRoot: string): string {
  return createHash('sha256').update(dataRoot).digest('hex').slice(0, 8);
}

/** Everything on this host that belongs to the daemon with these roots; an empty list when it left nothing. */
export async function findLeaks(root: string, tag: string): Promise<string[]> {
  return [
    ...mountsBelow(root),
    ...processesOf(root),
    ...cgroupsOf(tag),
    ...(await linksOf(tag)),
    ...(await tablesOf(tag)),
    ...(await dockerUserRulesOf(tag)),
  ];
}

export function mountsBelow(root: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((target) => target.startsWith(`${root}/`))
    .map((target) => `mount ${target}`);
}

/** Processes that name the root in their arguments: the daemon itself, its monitors, its children. */
export function processesOf(root: string): string[] {
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    const command = readIfThere(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ') ?? '';
    if (command.includes(`${root}/`)) found.push(`process ${pid}: ${command.slice(0, 200)}`);
  }
  return found;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // The process ended between the listing and here.
    if (isGone(error)) return undefined;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return hasErrorCode(error, 'ENOENT', 'ESRCH', 'ENODEV');
}

function cgroupsOf(tag: string): string[] {
  const top = '/sys/fs/cgroup';
  const hierarchies = existsSync(join(top, 'cgroup.controllers'))
    ? [top]
    : readdirSync(top).map((name) => join(top, name));
  return hierarchies.flatMap((hierarchy) => foldersNamed(hierarchy, tag, 3)).map((path) => `cgroup ${path}`);
}

function foldersNamed(folder: string, part: string, depth: number): string[] {
  if (depth === 0) return [];
  return foldersIn(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.name.includes(part) ? [path] : foldersNamed(path, part, depth - 1);
  });
}

/** None where the folder has gone meanwhile: others' groups come and go. */
function foldersIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

async function linksOf(tag: string): Promise<string[]> {
  const links = JSON.parse(await mustRun('ip', ['-json', 'link', 'show'])) as {
    ifname: string;
    master?: string;
    ifalias?: string;
  }[];
  return links
    .filter((link) => `${link.ifname} ${link.master ?? ''} ${link.ifalias ?? ''}`.includes(tag))
    .map((link) => `link ${link.ifname}`);
}

async function tablesOf(tag: string): Promise<string[]> {
  const tables = await mustRun('nft', ['list', 'tables']);
  return tables
    .split('\n')
    .filter((line) => line.includes(tag))
    .map((line) => `nft ${line}`);
}

/** Rules in the chain that dockerd leaves to others, where there is one. */
async function dockerUserRulesOf(tag: string): Promise<string[]> {
  const rules = await mustRun('sh', ['-c', 'iptables --wait -S DOCKER-USER 2>/dev/null || true']);
  return rules
    .split('\n')
    .filter((line) => line.includes(tag))
    .map((line) => `iptables ${line}`);
}
