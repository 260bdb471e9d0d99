import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { CliError } from '../../errors.ts';

/**
 * The lines `name=value` of files (`--env-file`, `--label-file`), without comments and empty lines. A name alone is
 * handed to `bare`, whose answer is used, or dropped when it has none.
 * @throws CliError when a file cannot be read or a name is malformed
 */
export function readKeyValueFiles(paths: readonly string[], bare: (name: string) => string | undefined): string[] {
  return paths.flatMap((path) => linesOf(path).flatMap((line) => readLine(line, path, bare)));
}

function linesOf(path: string): string[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new CliError(openError(path, error), 125, { cause: error });
  }
  if (!isUtf8(bytes)) throw new CliError(`env file ${path} contains invalid utf8 bytes`, 125);
  return bytes
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split(/\r?\n/);
}

function readLine(line: string, path: string, bare: (name: string) => string | undefined): string[] {
  const text = line.trimStart();
  if (text === '' || text.startsWith('#')) return [];
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  if (name === '')
    throw new CliError(`invalid environment variable file ${path}: no variable name on line '${line}'`, 125);
  if (/\s/.test(name.trimStart())) {
    throw new CliError(`poorly formatted environment: variable '${name}' contains whitespaces`, 125);
  }
  if (equals >= 0) return [text];
  const value = bare(name);
  return value === undefined ? [] : [`${name}=${value}`];
}

/** Go's text for a file that cannot be opened. */
export function openError(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return `open ${path}: no such file or directory`;
    case 'EACCES':
      return `open ${path}: permission denied`;
    case 'EISDIR':
      return `read ${path}: is a directory`;
    default:
      return `open ${path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
