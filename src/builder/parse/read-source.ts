import { invalidArgument } from '../../errors/engine-error.ts';
import { sourceError } from './source-error.ts';

/** Dockerfiles of a megabyte exist, with heredocs; what is larger is no Dockerfile. */
export const MAX_DOCKERFILE_BYTES = 4 * 1024 * 1024;

const NEWLINE = 0x0a;
const HASH = 0x23;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * The lines of a Dockerfile with their ends, as they are: a heredoc keeps its CRLF. A byte order mark is dropped.
 * @throws invalid_argument for a file that is empty, too large, or not UTF-8. In comments, any byte may stand: old
 *   files have names in them that were written in another encoding.
 */
export function readSource(name: string, bytes: Uint8Array): string[] {
  if (bytes.length > MAX_DOCKERFILE_BYTES) {
    const limit = MAX_DOCKERFILE_BYTES / 1024 / 1024;
    throw invalidArgument(`${name} has ${bytes.length} bytes: a Dockerfile may have at most ${limit} MiB`);
  }
  const start = BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte) ? BYTE_ORDER_MARK.length : 0;
  if (bytes.length === start) throw invalidArgument('the Dockerfile cannot be empty');
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const content = bytes.subarray(start);
  try {
    return checkedLines(name, strict.decode(content));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return checkedLines(name, decodeByLine(name, content, strict));
  }
}

function decodeByLine(name: string, bytes: Uint8Array, strict: TextDecoder): string {
  const lax = new TextDecoder('utf-8', { ignoreBOM: true });
  const lines: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, from);
    const to = end < 0 ? bytes.length : end + 1;
    const line = bytes.subarray(from, to);
    from = to;
    if (isComment(line)) lines.push(lax.decode(line));
    else {
      try {
        lines.push(strict.decode(line));
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        const number = lines.length + 1;
        const source = { name, lines: lax.decode(bytes.subarray(0, Math.min(bytes.length, to))).split(/\r?\n/) };
        throw sourceError(
          source,
          [{ start: number, end: number }],
          `dockerfile parse error on line ${number}: invalid UTF-8`,
          error,
        );
      }
    }
  }
  return lines.join('');
}

function isComment(line: Uint8Array): boolean {
  return line.find((byte) => byte !== 0x20 && byte !== 0x09) === HASH;
}

function checkedLines(name: string, text: string): string[] {
  const lines = text.split(/(?<=\n)/);
  const bad = text.includes('\0') ? lines.findIndex((line) => line.includes('\0')) + 1 : 0;
  if (bad === 0) return lines;
  const source = { name, lines: lines.map((line) => line.replaceAll('\0', '\ufffd').trimEnd()) };
  throw sourceError(
    source,
    [{ start: bad, end: bad }],
    `dockerfile parse error on line ${bad}: a Dockerfile cannot hold a NUL byte`,
  );
}
