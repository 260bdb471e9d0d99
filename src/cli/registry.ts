import type { Command } from './command.ts';

export interface Registered {
  /** The command's names, as its help lists them: the first is its place in the tree, the others mean the same. */
  readonly paths: readonly [string, ...string[]];
  readonly summary: string;
  load(): Promise<Command>;
}

export interface Group {
  readonly summary: string;
  readonly entries: readonly Registered[];
}

function entry(
  paths: readonly [string, ...string[]],
  summary: string,
  load: () => Promise<{ command: Command }>,
): Registered {
  return { paths, summary, load: async () => (await load()).command };
}

/** In the order of the help; `lastWord(paths[0])` is the command's name inside its group. */
export const groups: ReadonlyMap<string, Group> = new Map<string, Group>([
  [
    'container',
    {
      summary: 'Manage containers',
      entries: [
        entry(
          ['container ls', 'container list', 'container ps', 'ps'],
          'List containers',
          () => import('./container/ls.ts'),
        ),
        entry(['container stop', 'stop'], 'Stop one or more running containers', () => import('./container/stop.ts')),
      ],
    },
  ],
  [
    'image',
    {
      summary: 'Manage images',
      entries: [
        entry(['image history', 'history'], 'Show the history of an image', () => import('./image/history.ts')),
        entry(['image ls', 'image list', 'images'], 'List images', () => import('./image/ls.ts')),
      ],
    },
  ],
  [
    'network',
    {
      summary: 'Manage networks',
      entries: [entry(['network ls', 'network list'], 'List networks', () => import('./network/ls.ts'))],
    },
  ],
  ['system', { summary: 'Manage Docker', entries: [] }],
]);

/** Commands that stand in no group (`version`, `inspect`). */
export const ungrouped: readonly Registered[] = [];

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
