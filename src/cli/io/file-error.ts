const texts: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  ENOSPC: 'no space left on device',
  ENAMETOOLONG: 'file name too long',
  EROFS: 'read-only file system',
};

/** A file system's error in the words of docker's command line: `open /nowhere: no such file or directory`. */
export function fileErrorText(operation: string, path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return `${operation} ${path}: ${texts[code] ?? (error instanceof Error ? error.message : String(error))}`;
}
