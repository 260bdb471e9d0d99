import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const REMEMBERED = 1000;

/** Says whether a password is a user's. */
export type CheckPassword = (user: string, password: string) => Promise<boolean>;

/**
 * Checks the credentials that come with requests. Those that were right are remembered, as a keyed hash: a push is a
 * hundred requests, and to check a password takes long on purpose. `generation` changes when all of them are to be forgotten.
 */
export function basicAuth(
  check: CheckPassword,
  generation: () => unknown,
): (request: IncomingMessage) => Promise<boolean> {
  const key = randomBytes(32);
  const known = new Set<string>();
  let seen = generation();
  return async ({ headers }) => {
    const encoded = encodedCredentials(headers.authorization);
    if (encoded === undefined) return false;
    const now = generation();
    if (now !== seen) known.clear();
    seen = now;
    const fingerprint = createHmac('sha256', key).update(encoded).digest('base64');
    if (known.has(fingerprint)) return true;
    const [user, password] = split(Buffer.from(encoded, 'base64').toString());
    if (!(await check(user, password))) return false;
    // A password that was right by what has changed meanwhile lets this request in, and no other.
    if (generation() !== now) return true;
    if (known.size >= REMEMBERED) known.clear();
    known.add(fingerprint);
    return true;
  };
}

/** The name that a request comes with, be it right or wrong. */
export function userOf({ headers }: IncomingMessage): string | undefined {
  const encoded = encodedCredentials(headers.authorization);
  return encoded === undefined ? undefined : split(Buffer.from(encoded, 'base64').toString())[0];
}

function encodedCredentials(header: string | undefined): string | undefined {
  return /^Basic ([A-Za-z0-9+/=_-]+)$/i.exec(header ?? '')?.[1];
}

function split(credentials: string): [user: string, password: string] {
  const colon = credentials.indexOf(':');
  return colon < 0 ? [credentials, ''] : [credentials.slice(0, colon), credentials.slice(colon + 1)];
}
