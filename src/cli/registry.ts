import { builderCommands } from './builder/commands.ts';
import { containerCommands } from './container/commands.ts';
import { imageCommands } from './image/commands.ts';
import { networkCommands } from './network/commands.ts';
import { entry, type Group, type Registered } from './registered.ts';
import { registryCommands } from './registry/commands.ts';
import { systemCommands } from './system/commands.ts';
import { volumeCommands } from './volume/commands.ts';

/** By the noun that leads their paths; the last word of a first path is the command's name inside its group. */
export const groups: ReadonlyMap<string, Group> = new Map<string, Group>([
  ['builder', builderCommands],
  ['container', containerCommands],
  ['image', imageCommands],
  ['network', networkCommands],
  ['registry', registryCommands],
  ['system', systemCommands],
  ['volume', volumeCommands],
]);

/** Commands that stand in no group (`version`, `inspect`). */
export const ungrouped: readonly Registered[] = [
  entry(['inspect'], 'Return low-level information on Docker objects', () => import('./object/inspect.ts')),
  entry(['login'], 'Authenticate to a registry', () => import('./account/login.ts')),
  entry(['logout'], 'Log out from a registry', () => import('./account/logout.ts')),
  entry(['search'], 'Search Docker Hub for images', () => import('./image/search.ts')),
  entry(['version'], 'Show the Docker version information', () => import('./system/version.ts')),
];

/** The first section of the top-level help, in docker's order. */
export const commonCommands = [
  'run',
  'exec',
  'ps',
  'build',
  'pull',
  'push',
  'images',
  'login',
  'logout',
  'search',
  'version',
  'info',
];

/** Every registered command by each of its paths. */
export function commandIndex(): Map<string, Registered> {
  const index = new Map<string, Registered>();
  for (const group of groups.values())
    for (const one of group.entries) for (const path of one.paths) index.set(path, one);
  for (const one of ungrouped) for (const path of one.paths) index.set(path, one);
  return index;
}

export interface Resolved {
  readonly entry: Registered;
  readonly path: string;
  readonly rest: readonly string[];
}

/** The command that the words name: two words inside a group, otherwise one. */
export function resolve(words: readonly string[], index: ReadonlyMap<string, Registered>): Resolved | undefined {
  const [first = '', second] = words;
  const length = groups.has(first) && second !== undefined ? 2 : 1;
  const path = words.slice(0, length).join(' ');
  const entry = index.get(path);
  return entry === undefined ? undefined : { entry, path, rest: words.slice(length) };
}
