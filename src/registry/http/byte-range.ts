import type { ByteRange } from '../registry-content.ts';

/**
 * The part that a `Range` header asks for (RFC 9110, section 14): undefined is everything, which is also what several
 * ranges at once are answered by; `unsatisfiable` begins behind the end, its own or the blob's.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | undefined | 'unsatisfiable' {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  const first = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  return first > last ? 'unsatisfiable' : { first, last };
}

/** The first byte of an upload's chunk: undefined without the header, `invalid` for what is none. */
export function parseContentRange(header: string | undefined): { first: number; last: number } | undefined | 'invalid' {
  if (header === undefined) return undefined;
  const [, first, last] = /^(?:bytes[= ])?(\d{1,15})-(\d{1,15})(?:\/(?:\d+|\*))?$/.exec(header.trim()) ?? [];
  if (first === undefined || last === undefined || Number(last) < Number(first)) return 'invalid';
  return { first: Number(first), last: Number(last) };
}
