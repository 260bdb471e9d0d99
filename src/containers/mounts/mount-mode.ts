import { internalError } from '../../errors/engine-error.ts';

/** The words that may follow the second colon of `-v`; of each kind only one may be given. */
const KINDS: readonly (readonly string[])[] = [
  ['rw', 'ro'],
  ['z', 'Z'],
  ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'],
  ['nocopy'],
  ['consistent', 'cached', 'delegated', 'default'],
];
export const PROPAGATIONS: ReadonlySet<string> = new Set(KINDS[2]);

export function isMountMode(text: string): boolean {
  if (text === '') return true;
  const words = text.split(',');
  const known = KINDS.map((kind) => words.filter((word) => kind.includes(word)).length);
  return known.every((count) => count <= 1) && known.reduce((sum, count) => sum + count, 0) === words.length;
}

/** @throws internal with Docker's text. */
export function parseMountMode(text: string): {
  readonly readonly: boolean;
  readonly noCopy: boolean;
  /** Empty when none is given. */
  readonly propagation: string;
} {
  if (!isMountMode(text)) throw internalError(`invalid mode: ${text}`);
  const words = text.split(',');
  return {
    readonly: words.includes('ro'),
    noCopy: words.includes('nocopy'),
    propagation: words.find((word) => PROPAGATIONS.has(word)) ?? '',
  };
}
