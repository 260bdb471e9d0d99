import { entry, type Group } from '../registered.ts';

export const networkCommands: Group = {
  summary: 'Manage networks',
  entries: [
    entry(['network inspect'], 'Display detailed information on one or more networks', () => import('./inspect.ts')),
    entry(['network ls', 'network list'], 'List networks', () => import('./ls.ts')),
  ],
};
