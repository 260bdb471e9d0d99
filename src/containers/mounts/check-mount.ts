import { posix } from 'node:path';
import type { MountRequest } from '../../api-types/mount.ts';
import { invalidArgument } from '../../errors/engine-error.ts';
import { PROPAGATIONS } from './mount-mode.ts';

/** What is wrong with a mount whatever the host is like. @throws invalid_argument with Docker's texts. */
export function checkMount(mount: MountRequest): void {
  const refuse = (reason: string) =>
    invalidArgument(`invalid mount config for type ${JSON.stringify(mount.Type ?? '')}: ${reason}`);
  const { Target: target = '' } = mount;
  if (target === '') throw refuse('field Target must not be empty');
  if (posix.normalize(target).replace(/(?<=.)\/$/, '') === '/') {
    throw refuse("invalid specification: destination can't be '/'");
  }
  checkAbsolute(target, refuse);
  const check = CHECKS.get(mount.Type ?? '');
  if (check === undefined) throw refuse('mount type unknown');
  check(mount, refuse);
}

type Refuse = (reason: string) => Error;

const CHECKS: ReadonlyMap<string, (mount: MountRequest, refuse: Refuse) => void> = new Map([
  ['bind', checkBind],
  ['volume', checkVolume],
  ['tmpfs', checkTmpfs],
  ['image', checkImage],
]);

function checkBind({ Source: source = '', BindOptions, VolumeOptions }: MountRequest, refuse: Refuse): void {
  if (source === '') throw refuse('field Source must not be empty');
  const { Propagation: propagation = '' } = BindOptions ?? {};
  if (propagation !== '' && !PROPAGATIONS.has(propagation)) throw refuse(`invalid propagation mode: ${propagation}`);
  if (VolumeOptions !== undefined) throw refuse('field VolumeOptions must not be specified');
  checkAbsolute(source, refuse);
}

function checkVolume(
  { Source: source = '', BindOptions, VolumeOptions, ReadOnly }: MountRequest,
  refuse: Refuse,
): void {
  if (BindOptions !== undefined) throw refuse('field BindOptions must not be specified');
  const subpath = VolumeOptions?.Subpath ?? '';
  if (subpath !== '') {
    if (source === '') throw refuse('must not set Subpath when using anonymous volumes');
    if (!isLocalPath(subpath)) throw refuse('subpath must be a relative path within the volume');
  }
  if (ReadOnly === true && source === '') throw refuse('must not set ReadOnly mode when using anonymous volumes');
}

function checkTmpfs({ Source: source = '', BindOptions, VolumeOptions }: MountRequest, refuse: Refuse): void {
  if (BindOptions !== undefined) throw refuse('field BindOptions must not be specified');
  if (source !== '') throw refuse('field Source must not be specified');
  if (VolumeOptions !== undefined) throw refuse('field VolumeOptions must not be specified');
}

function checkImage(mount: MountRequest, refuse: Refuse): void {
  const { Source: source = '', BindOptions, VolumeOptions, TmpfsOptions, ImageOptions } = mount;
  if (source === '') throw refuse('field Source must not be empty');
  if (BindOptions !== undefined) throw refuse('field BindOptions must not be specified');
  if (VolumeOptions !== undefined) throw refuse('field VolumeOptions must not be specified');
  if (TmpfsOptions !== undefined) throw refuse('field TmpfsOptions must not be specified');
  const subpath = ImageOptions?.Subpath ?? '';
  if (subpath !== '' && !isLocalPath(subpath)) throw refuse('subpath must be a relative path within the image');
}

function checkAbsolute(path: string, refuse: Refuse): void {
  if (path.includes('\0')) throw refuse(`invalid mount path: ${JSON.stringify(path)} must not hold a null byte`);
  if (!posix.isAbsolute(path)) throw refuse(`invalid mount path: '${path}' mount path must be absolute`);
}

/** Go's filepath.IsLocal: relative, and never above where it begins. */
function isLocalPath(path: string): boolean {
  return path !== '' && !posix.isAbsolute(path) && !/^\.\.(?:\/|$)/.test(posix.normalize(path));
}
