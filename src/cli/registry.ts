import { containerCommands } from './container/commands.ts';
import { entry, type Group, type Registered } from './registered.ts';

/** By the noun that leads their paths; the last word of a first path is the command's name inside its group. */
export const groups: ReadonlyMap<string, Group> = new Map<string, Group>([
  ['container', containerCommands],
  [
    'image',
    {
      summary: 'Manage images',
      entries: [
        entry(
          ['image inspect'],
          'Display detailed information on one or more images',
          () => import('./image/inspect.ts'),
        ),
        entry(['image history', 'history'], 'Show the history of an image', () => import('./image/history.ts')),
        entry(['image ls', 'image list', 'images'], 'List images', () => import('./image/ls.ts')),
      ],
    },
  ],
  [
    'network',
    {
      summary: 'Manage networks',
      entries: [
        entry(
          ['network inspect'],
          'Display detailed information on one or more networks',
          () => import('./network/inspect.ts'),
        ),
        entry(['network ls', 'network list'], 'List networks', () => import('./network/ls.ts')),
      ],
    },
  ],
  ['system', { summary: 'Manage Docker', entries: [] }],
]);

/** Commands that stand in no group (`version`, `inspect`). */
export const ungrouped: readonly Registered[] = [
  entry(['inspect'], 'Return low-level information on Docker objects', () => import('./object/inspect.ts')),
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
