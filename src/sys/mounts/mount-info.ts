import { readFile } from 'node:fs/promises';

/** One mount of this process's namespace. */
export interface Mount {
  /** Absolute. */
  readonly target: string;
  /** Whether what is mounted below it comes to others as well, or from them. */
  readonly isShared: boolean;
  readonly isSlave: boolean;
  /** Its own flags, as mount(8) has them: `ro`, `nosuid`, `noexec` … */
  readonly flags: readonly string[];
}

/** All mounts that this process sees, in the order in which they were made. */
export async function readMounts(): Promise<Mount[]> {
  return parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'));
}

/** See proc_pid_mountinfo(5): the optional fields end at a dash. */
export function parseMountInfo(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const fields = line.split(' ');
      const optional = fields.slice(6, fields.indexOf('-', 6));
      return {
        target: unescapeOctal(fields[4] ?? ''),
        isShared: optional.some((field) => field.startsWith('shared:')),
        isSlave: optional.some((field) => field.startsWith('master:')),
        flags: (fields[5] ?? '').split(','),
      };
    });
}

/** The mount that `path`, which is absolute and real, lies in: the innermost, and of several in one place the last. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  const holds = ({ target }: Mount) => target === '/' || path === target || path.startsWith(`${target}/`);
  return mounts.filter(holds).reduce<Mount | undefined>((best, mount) => {
    return best !== undefined && best.target.length > mount.target.length ? best : mount;
  }, undefined);
}

/** The kernel writes blanks, tabs, line feeds and backslashes so. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
