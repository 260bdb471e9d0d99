import { entry, type Group } from '../registered.ts';

export const volumeCommands: Group = {
  summary: 'Manage volumes',
  argument: 'COMMAND',
  entries: [
    entry(['volume clone'], 'Copy a volume into a new one', () => import('./clone.ts')),
    entry(['volume create'], 'Create a volume', () => import('./create.ts')),
    entry(['volume export'], "Stream a volume's files as a tar archive", () => import('./export.ts')),
    entry(['volume import'], 'Fill a volume from a tar archive', () => import('./import.ts')),
    entry(['volume inspect'], 'Display detailed information on one or more volumes', () => import('./inspect.ts')),
    entry(['volume ls', 'volume list'], 'List volumes', () => import('./ls.ts')),
    entry(['volume prune'], 'Remove unused local volumes', () => import('./prune.ts')),
    entry(['volume rm', 'volume remove'], 'Remove one or more volumes', () => import('./rm.ts')),
    entry(['volume update'], 'Update a volume (cluster volumes only)', () => import('./update.ts')),
  ],
};
