import { cannotCreateVolume } from '../errors/volumes.ts';

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
/** A volume is a folder of its name. */
const LONGEST_BYTES = 255;

/** @throws invalid_argument with Docker's texts. */
export function checkVolumeName(name: string): void {
  if (name.length === 1) {
    throw cannotCreateVolume(name, 'volume name is too short, names should be at least two alphanumeric characters');
  }
  if (!NAME.test(name)) {
    throw cannotCreateVolume(
      name,
      `${JSON.stringify(name)} includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
    );
  }
  if (name.length > LONGEST_BYTES) throw cannotCreateVolume(name, `file name too long`);
}
