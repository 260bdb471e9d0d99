import { entry, type Group } from '../registered.ts';

export const imageCommands: Group = {
  summary: 'Manage images',
  entries: [
    entry(['image history', 'history'], 'Show the history of an image', () => import('./history.ts')),
    entry(
      ['image import', 'import'],
      'Import the contents from a tarball to create a filesystem image',
      () => import('./import.ts'),
    ),
    entry(['image inspect'], 'Display detailed information on one or more images', () => import('./inspect.ts')),
    entry(['image load', 'load'], 'Load an image from a tar archive or STDIN', () => import('./load.ts')),
    entry(['image ls', 'image list', 'images'], 'List images', () => import('./ls.ts')),
    entry(['image prune'], 'Remove unused images', () => import('./prune.ts')),
    entry(['image pull', 'pull'], 'Download an image from a registry', () => import('./pull.ts')),
    entry(['image push', 'push'], 'Upload an image to a registry', () => import('./push.ts')),
    entry(['image rm', 'image remove', 'rmi'], 'Remove one or more images', () => import('./rm.ts')),
    entry(
      ['image save', 'save'],
      'Save one or more images to a tar archive (streamed to STDOUT by default)',
      () => import('./save.ts'),
    ),
    entry(['image tag', 'tag'], 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE', () => import('./tag.ts')),
  ],
};
