import type { MountRequest } from '../../api-types/mount.ts';

const UNITS = [
  [1024 ** 3, 'g'],
  [1024 ** 2, 'm'],
  [1024, 'k'],
] as const;

/** `--mount type=tmpfs` as options of mount(8), as Docker writes them. */
export function tmpfsOptionsOf({ ReadOnly: readonly, TmpfsOptions: options }: MountRequest): string {
  const { SizeBytes: size = 0, Mode: mode = 0 } = options ?? {};
  return [
    ...(readonly === true ? ['ro'] : []),
    ...(mode === 0 ? [] : [`mode=${mode.toString(8)}`]),
    ...(size === 0 ? [] : [`size=${sizeText(size)}`]),
  ].join(',');
}

/** In the largest unit that divides it. */
function sizeText(bytes: number): string {
  const unit = UNITS.find(([size]) => bytes % size === 0);
  return unit === undefined ? String(bytes) : `${bytes / unit[0]}${unit[1]}`;
}
