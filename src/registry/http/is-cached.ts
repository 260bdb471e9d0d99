import type { IncomingMessage } from 'node:http';
import type { AnyDigest } from '../names.ts';

/** Whether the client has this content already (`If-None-Match`). */
export function isCached({ headers }: IncomingMessage, digest: AnyDigest): boolean {
  const tags = headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(`"${digest}"`) || tags.includes(digest);
}
