import { text } from 'node:stream/consumers';
import { internalError } from '../../errors/engine-error.ts';
import { launch } from '../../sys/processes/launch.ts';
import type { Syscalls } from '../../sys/syscalls.ts';

/**
 * Everything of the file systems that these paths are in is on their disks then. It may take long: a program waits for it,
 * so that the end of this process need not.
 */
export async function syncFileSystems(syscalls: Syscalls, paths: readonly string[]): Promise<void> {
  const { streams, exited } = await launch(syscalls, {
    file: '/bin/sync',
    args: ['--file-system', ...paths],
    directory: '/',
    env: {},
    streams: 1,
  });
  const [complaints, code] = await Promise.all([Promise.all(streams.map((stream) => text(stream))), exited]);
  if (code !== 0) throw internalError(`sync ended with ${code}: ${complaints.join('').trim()}`);
}
