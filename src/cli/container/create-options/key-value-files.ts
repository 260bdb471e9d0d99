import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { CliError } from '../../errors.ts';

/** What docker takes for one line, its newline included. */
const LONGEST_LINE_BYTES = 64 * 1024;
const NEWLINE = 10;

/**
 * The lines `name=value` of files (`--env-file`, `--label-file`), without comments and empty lines. A name alone is
 * handed to `bare`, whose answer is used, or dropped when it has none.
 * @throws CliError with docker's texts when a file cannot be read or a line is malformed
 */
export function readKeyValueFiles(paths: readonly string[], bare: (name: string) => string | undefined): string[] {
  return paths.flatMap((path) => linesOf(path).flatMap((line) => readLine(line, path, bare)));
}

function linesOf(path: string): string[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const text = openError(path, error);
    throw text.startsWith('read ') ? invalidFile(path, text) : new CliError(text, 125, { cause: error });
  }
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.subarray(start, end);
    if (line.length >= LONGEST_LINE_BYTES) throw invalidFile(path, 'bufio.Scanner: token too long');
    if (!isUtf8(line)) {
      throw invalidFile(path, `invalid utf8 bytes at line ${lines.length + 1}: [${[...line].join(' ')}]`);
    }
    lines.push(line.toString('utf8').replace(/\r$/, ''));
    start = end + 1;
  }
  return lines.map((line, index) => (index === 0 ? line.replace(/^\ufeff/, '') : line));
}

function readLine(line: string, path: string, bare: (name: string) => string | undefined): string[] {
  const text = line.trimStart();
  if (text === '' || text.startsWith('#')) return [];
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  if (name === '') throw invalidFile(path, `no variable name on line '${line}'`);
  if (/\s/.test(name)) throw invalidFile(path, `variable '${name}' contains whitespaces`);
  if (equals >= 0) return [text];
  const value = bare(name);
  return value === undefined ? [] : [`${name}=${value}`];
}

function invalidFile(path: string, reason: string): CliError {
  return new CliError(`invalid env file (${path}): ${reason}`, 125);
}

/** Go's text for a file that cannot be opened. */
export function openError(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return `open ${path}: no such file or directory`;
    case 'EACCES':
      return `open ${path}: permission denied`;
    case 'ENOTDIR':
      return `open ${path}: not a directory`;
    case 'EISDIR':
      return `read ${path}: is a directory`;
    default:
      return `open ${path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
