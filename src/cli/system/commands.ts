import { entry, type Group } from '../registered.ts';

export const systemCommands: Group = {
  summary: 'Manage Docker',
  entries: [
    entry(['system df'], 'Show docker disk usage', () => import('./df.ts')),
    entry(['system events', 'events'], 'Get real time events from the server', () => import('./events.ts')),
    entry(['system info', 'info'], 'Display system-wide information', () => import('./info.ts')),
  ],
};
