import { randomBytes } from 'node:crypto';
import { invalidArgument } from '../../../errors/engine-error.ts';
import type { BuildSecret } from './backend.ts';

const KEPT_MS = 60_000;
const MOST_KEPT = 64;
const LARGEST_BYTES = 500 * 1024;

/**
 * Secrets that a client hands over before the build that they are for: in memory only, for a minute, and for one build.
 * So they are in no address, no header and no archive.
 */
export class HandedSecrets {
  readonly #kept = new Map<string, { readonly secrets: readonly BuildSecret[]; readonly timer: NodeJS.Timeout }>();

  /** @returns what names them to the build. @throws invalid_argument for anything but texts in base64 by their IDs. */
  keep(body: unknown): string {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw invalidArgument('secrets must be an object');
    const secrets = Object.entries(body).map(([id, text]) => readSecret(id, text));
    if (this.#kept.size >= MOST_KEPT) throw invalidArgument('too many secrets wait for their builds');
    const name = randomBytes(16).toString('hex');
    const timer = setTimeout(() => this.#kept.delete(name), KEPT_MS).unref();
    this.#kept.set(name, { secrets, timer });
    return name;
  }

  /** @throws invalid_argument for a name that was used or has expired. */
  take(name: string): readonly BuildSecret[] {
    if (name === '') return [];
    const kept = this.#kept.get(name);
    if (kept === undefined) throw invalidArgument('the secrets of this build are not here any more: send them again');
    clearTimeout(kept.timer);
    this.#kept.delete(name);
    return kept.secrets;
  }
}

function readSecret(id: string, text: unknown): BuildSecret {
  if (typeof text !== 'string') throw invalidArgument(`secret ${id} must be text in base64`);
  const content = Buffer.from(text, 'base64');
  if (content.length > LARGEST_BYTES) throw invalidArgument(`secret ${id} too big. max size 500KiB`);
  return { id, content };
}
