import type { MountRequest } from '../../api-types/mount.ts';
import { invalidArgument } from '../../errors/engine-error.ts';
import { pathExists } from '../../volumes/bind-source.ts';
import { checkMount } from './check-mount.ts';

const OPTIONS_OF = {
  BindOptions: 'bind',
  VolumeOptions: 'volume',
  TmpfsOptions: 'tmpfs',
  ImageOptions: 'image',
} as const;

/** What `--mount` asked for; unlike with `-v`, a bind's source must be there. @throws invalid_argument. */
export async function checkRequestedMounts(mounts: readonly MountRequest[]): Promise<void> {
  for (const mount of mounts) {
    for (const [field, type] of Object.entries(OPTIONS_OF)) {
      if (mount[field as keyof typeof OPTIONS_OF] === undefined || mount.Type === type) continue;
      throw invalidArgument(`${field} must not be specified on mount type ${JSON.stringify(mount.Type ?? '')}`);
    }
    checkMount(mount);
    if (mount.Type !== 'bind' || mount.BindOptions?.CreateMountpoint === true) continue;
    const source = mount.Source ?? '';
    if (await pathExists(source)) continue;
    throw invalidArgument(`invalid mount config for type "bind": bind source path does not exist: ${source}`);
  }
}
