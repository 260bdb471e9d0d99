import { type PathStat, statContainerPath, writeContainerPath } from '../../client/container-archive.ts';
import { CliError } from '../errors.ts';
import { humanSize } from '../format/units.ts';
import type { CopyOptions } from './copy-options.ts';
import { absoluteLocalPath, localSource } from './local-paths.ts';
import { type CopyInfo, clean, placeArchive, splitPath } from './paths.ts';
import { countBytes } from './progress.ts';

/** @throws CliError, ApiError */
export async function copyToContainer(
  sourcePath: string,
  container: string,
  destinationPath: string,
  { client, io, followLink, ownByUser, quiet }: CopyOptions,
): Promise<void> {
  const destination = await containerDestination(client, container, destinationPath);
  if (sourcePath === '-') {
    if (!destination.isDirectory) {
      throw new CliError(`destination "${container}:${destinationPath}" must be a directory`);
    }
    return writeContainerPath(client, container, destination.path, io.stdin.chunks(), { ownByUser });
  }
  const source = await localSource(absoluteLocalPath(sourcePath), followLink);
  const { directory, rebase } = placeArchive(source, destination);
  const { packLocal } = await import('./pack.ts');
  const counted = countBytes(packLocal(source, rebase));
  await writeContainerPath(client, container, directory, counted.chunks, { ownByUser });
  if (quiet) return;
  const size = humanSize(counted.total(), 3);
  await io.stderr.write(`Successfully copied ${size} to ${container}:${destination.path}\n`);
}

/** What a symbolic link in the container leads to. What is not there, or cannot be seen, is left to the copy itself. */
async function containerDestination(
  client: CopyOptions['client'],
  container: string,
  wanted: string,
): Promise<CopyInfo> {
  const look = (path: string): Promise<PathStat | undefined> =>
    statContainerPath(client, container, path).catch(() => undefined);
  let path = wanted;
  let stat = await look(path);
  if (stat?.isSymbolicLink === true) {
    const { linkTarget } = stat;
    path = linkTarget.startsWith('/') ? linkTarget : clean(`${splitPath(path).directory}/${linkTarget}`);
    stat = await look(path);
  }
  if (stat?.isDevice === true) {
    throw new CliError(`destination "${container}:${wanted}" must be a directory or a regular file: got a device`);
  }
  return { path, exists: stat !== undefined, isDirectory: stat?.isDirectory ?? false, rebaseName: '' };
}
