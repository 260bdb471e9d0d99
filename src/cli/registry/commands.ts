import { entry, type Group } from '../registered.ts';

export const registryCommands: Group = {
  summary: 'Run a registry of images',
  entries: [
    entry(['registry serve'], 'Serve a registry to push images to and pull them from', () => import('./serve.ts')),
  ],
};
