import type { FastifyRequest } from 'fastify';
import { invalidArgument } from '../../../errors/engine-error.ts';
import type { Credentials } from './backend.ts';

/**
 * What the `X-Registry-Auth` header holds: JSON in URL-safe base64. One that cannot be read is as none, as in Docker: the
 * registry will say when it wants credentials.
 */
export function registryAuth(request: FastifyRequest): Credentials {
  const header = request.headers['x-registry-auth'];
  if (typeof header !== 'string' || header === '') return credentialsFrom({});
  try {
    return credentialsFrom(JSON.parse(Buffer.from(header, 'base64url').toString()));
  } catch {
    return credentialsFrom({}); // no JSON, or of the wrong shape: see above
  }
}

/** Names match in any case, and unknown ones are left out. @throws invalid_argument when a field is no string */
export function credentialsFrom(value: unknown): Credentials {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidArgument('credentials must be one JSON object');
  }
  const fields = new Map(Object.entries(value).map(([key, field]) => [key.toLowerCase(), field as unknown]));
  const text = (name: string): string => {
    const field = fields.get(name) ?? '';
    if (typeof field !== 'string') throw invalidArgument(`credentials: ${name} must be a string`);
    return field;
  };
  // Some clients send what their configuration file has: both in one.
  const both = Buffer.from(text('auth'), 'base64').toString();
  const colon = both.indexOf(':');
  return {
    username: text('username') || both.slice(0, Math.max(colon, 0)),
    password: text('password') || (colon < 0 ? '' : both.slice(colon + 1)),
    identityToken: text('identitytoken'),
    registryToken: text('registrytoken'),
    serverAddress: text('serveraddress'),
  };
}
