import { readContainerPath, statContainerPath } from '../../client/container-archive.ts';
import { CliError } from '../errors.ts';
import { humanSize } from '../format/units.ts';
import type { CopyOptions } from './copy-options.ts';
import { absoluteLocalPath, checkLocalDestination, localDestination } from './local-paths.ts';
import { placeArchive, type Rebase, rebased, rebaseNameOf, splitPath } from './paths.ts';
import { countBytes } from './progress.ts';

/** @throws CliError, ApiError */
export async function copyFromContainer(
  container: string,
  sourcePath: string,
  destinationPath: string,
  { client, io, followLink, quiet }: CopyOptions,
): Promise<void> {
  const toStdout = destinationPath === '-';
  const target = toStdout ? '-' : absoluteLocalPath(destinationPath);
  if (!toStdout) await checkLocalDestination(target);
  const { path, rebaseName } = followLink
    ? await follow(client, container, sourcePath)
    : { path: sourcePath, rebaseName: '' };
  const { stat, chunks } = await readContainerPath(client, container, path);
  if (toStdout) {
    for await (const chunk of chunks) await io.stdout.write(chunk);
    return;
  }
  const source = { path, exists: true, isDirectory: stat.isDirectory, rebaseName };
  const destination = await localDestination(target);
  const place = placed(source, destination);
  const own: Rebase | undefined = rebaseName === '' ? undefined : { from: splitPath(path).base, to: rebaseName };
  const counted = countBytes(chunks);
  const { unpackLocal } = await import('./unpack.ts');
  await unpackLocal(counted.chunks, place.directory, (name) => rebased(rebased(name, own), place.rebase));
  if (!quiet) await io.stderr.write(`Successfully copied ${humanSize(counted.total(), 3)} to ${target}\n`);
}

function placed(...[source, destination]: Parameters<typeof placeArchive>): ReturnType<typeof placeArchive> {
  try {
    return placeArchive(source, destination);
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : String(error), 1, { cause: error });
  }
}

/** What a symbolic link in the container leads to; a path that is not there is left to the copy itself to report. */
async function follow(client: CopyOptions['client'], container: string, path: string) {
  const stat = await statContainerPath(client, container, path).catch(() => undefined);
  if (stat?.isSymbolicLink !== true) return { path, rebaseName: '' };
  const { linkTarget } = stat;
  return rebaseNameOf(path, linkTarget.startsWith('/') ? linkTarget : `${splitPath(path).directory}/${linkTarget}`);
}
