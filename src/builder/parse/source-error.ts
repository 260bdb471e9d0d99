import { EngineError, messageOf } from '../../errors/engine-error.ts';
import type { LineRange } from './dockerfile.ts';

/** What an excerpt needs of a Dockerfile. */
export interface Source {
  readonly name: string;
  readonly lines: readonly string[];
}

/** Longer lines are cut: an excerpt is for reading. */
const MAX_WIDTH = 240;
/** Of an instruction that spans more lines than this, the first ones are shown. */
const MAX_LINES = 40;

/**
 * The lines with a few around them, in BuildKit's form:
 *
 *     Dockerfile:2
 *     --------------------
 *        1 |     FROM busybox
 *        2 | >>> RUNN true
 *     --------------------
 */
export function sourceExcerpt(source: Source, ranges: readonly LineRange[]): string {
  const total = source.lines.length;
  const first = Math.min(...ranges.map(({ start }) => start));
  const last = Math.min(total, Math.max(...ranges.map(({ end }) => end)));
  if (ranges.length === 0 || first < 1 || first > total) return '';
  let start = first;
  let end = Math.min(last, first + MAX_LINES - 1);
  const wanted = first === last ? 4 : 2;
  for (let shown = 0; shown < wanted; shown++) {
    if (start > 1) {
      start--;
      shown++;
    }
    if (end < total) {
      end++;
      shown++;
    }
  }
  const rule = '-'.repeat(20);
  const body: string[] = [];
  for (let line = start; line <= end; line++) {
    const isMeant = ranges.some((range) => range.start <= line && line <= range.end);
    const text = source.lines[line - 1] ?? '';
    const cut = text.length > MAX_WIDTH ? `${text.slice(0, MAX_WIDTH)}…` : text;
    body.push(` ${String(line).padStart(3)} | ${isMeant ? '>>>' : '   '} ${cut}`);
  }
  return [`${source.name}:${first}`, rule, ...body, rule].join('\n');
}

/** The text of an error in a Dockerfile: what is wrong, then where. */
export function sourceError(
  source: Source,
  ranges: readonly LineRange[],
  message: string,
  cause?: unknown,
): EngineError {
  const excerpt = sourceExcerpt(source, ranges);
  return new LocatedError(excerpt === '' ? message : `${message}\n${excerpt}`, cause);
}

/** Marks what has its excerpt already, so that no outer step adds another one. */
class LocatedError extends EngineError {
  constructor(message: string, cause: unknown) {
    super('invalid_argument', message, { cause });
  }
}

/**
 * Adds the excerpt to whatever `work` throws on purpose, keeping its kind; bugs pass unchanged. An error that shows
 * its place already stays as it is.
 */
export function locating<T>(source: Source, lines: LineRange | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw located(source, lines, error);
  }
}

export function located(source: Source, lines: LineRange | undefined, error: unknown, prefix = ''): unknown {
  if (!(error instanceof EngineError) || error instanceof LocatedError || lines === undefined) return error;
  const message = prefix + messageOf(error);
  if (error.kind === 'invalid_argument') return sourceError(source, [lines], message, error.cause);
  return new EngineError(error.kind, `${message}\n${sourceExcerpt(source, [lines])}`, { cause: error });
}
