const TYPES: Readonly<Record<number, number>> = {
  0o040000: 2 ** 31, // directory
  0o120000: 2 ** 27, // symbolic link
  0o060000: 2 ** 26, // block device
  0o020000: 2 ** 26 + 2 ** 21, // character device
  0o010000: 2 ** 25, // named pipe
  0o140000: 2 ** 24, // socket
};
const [SET_UID, SET_GID, STICKY] = [2 ** 23, 2 ** 22, 2 ** 20];

/** A mode as Go's os.FileMode has it, which is how Docker's API writes it; `mode` is as stat(2) gives it. */
export function goFileMode(mode: number): number {
  return (
    (mode & 0o777) +
    (TYPES[mode & 0o170000] ?? 0) +
    ((mode & 0o4000) === 0 ? 0 : SET_UID) +
    ((mode & 0o2000) === 0 ? 0 : SET_GID) +
    ((mode & 0o1000) === 0 ? 0 : STICKY)
  );
}
