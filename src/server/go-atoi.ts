import { EngineError, type ErrorKind } from '../errors/engine-error.ts';
import { queryText } from './query.ts';

/**
 * A whole number of the query in the words of Go's strconv.Atoi. Docker answers some of its failures by 400 and others
 * by 500: hence `kind`.
 */
export function requiredInteger(query: unknown, name: string, kind: ErrorKind): number {
  const text = queryText(query, name) ?? '';
  if (!/^[+-]?\d+$/.test(text)) {
    throw new EngineError(kind, `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}

/** Undefined when it is absent or empty. */
export function optionalInteger(query: unknown, name: string, kind: ErrorKind): number | undefined {
  const text = queryText(query, name) ?? '';
  return text === '' ? undefined : requiredInteger(query, name, kind);
}

/** The size of a terminal, `h` and `w`. @throws invalid_argument. */
export function terminalSize(query: unknown): { readonly rows: number; readonly columns: number } {
  return {
    rows: requiredInteger(query, 'h', 'invalid_argument'),
    columns: requiredInteger(query, 'w', 'invalid_argument'),
  };
}
