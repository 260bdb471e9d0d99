import { entry, type Group } from '../registered.ts';

export const networkCommands: Group = {
  summary: 'Manage networks',
  entries: [
    entry(['network connect'], 'Connect a container to a network', () => import('./connect.ts')),
    entry(['network create'], 'Create a network', () => import('./create.ts')),
    entry(['network disconnect'], 'Disconnect a container from a network', () => import('./disconnect.ts')),
    entry(['network inspect'], 'Display detailed information on one or more networks', () => import('./inspect.ts')),
    entry(['network ls', 'network list'], 'List networks', () => import('./ls.ts')),
    entry(['network prune'], 'Remove all unused networks', () => import('./prune.ts')),
    entry(['network rm', 'network remove'], 'Remove one or more networks', () => import('./rm.ts')),
  ],
};
