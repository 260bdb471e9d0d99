import { entry, type Group } from '../registered.ts';

export const builderCommands: Group = {
  summary: 'Manage builds',
  entries: [
    entry(['builder build', 'build', 'image build'], 'Build an image from a Dockerfile', () => import('./build.ts')),
    entry(['builder prune'], 'Remove build cache', () => import('./prune.ts')),
  ],
};
