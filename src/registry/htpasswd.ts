import { readFile, stat } from 'node:fs/promises';
import { invalidArgument, messageOf } from '../errors/engine-error.ts';
import { KeyedLock } from '../lib/keyed-lock.ts';
import { pause } from '../lib/pause.ts';
import type { CheckPassword } from './http/basic-auth.ts';

/** Of the kinds that there are in use; `$2x` is what a broken version wrote, and a cost above 31 there cannot be. */
const BCRYPT = /^\$2[aby]?\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;
/** Of no password, but for its cost. */
const NOBODY = '2mb7rCJu.w2hFu6hPu81jOBaG3ICTv8DCFwHpDDYwFM5pJTEcDYLq';

/**
 * The users of an htpasswd file with bcrypt passwords (`htpasswd -B`). The file is read anew when it has changed; one that
 * cannot be read then lets nobody in.
 */
export class Htpasswd {
  readonly #path: string;
  readonly #turns = new KeyedLock();
  #users: ReadonlyMap<string, string> = new Map();
  /** For users that do not exist, so that they take as long as others. */
  #nobody = '';
  #version = '';
  #refreshing: Promise<void> | undefined;
  #rest: Promise<void> = Promise.resolve();

  private constructor(path: string) {
    this.#path = path;
  }

  /** @throws invalid_argument when the file cannot be read, has no users, or passwords of another kind */
  static async open(path: string): Promise<Htpasswd> {
    const file = new Htpasswd(path);
    try {
      await file.refresh();
    } catch (error) {
      throw invalidArgument(`htpasswd file ${path}: ${messageOf(error)}`, error);
    }
    return file;
  }

  /** Changes when the users do. */
  get version(): string {
    return this.#version;
  }

  /** Those who come while the file is being read wait for it: the users are never half there. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const { mtimeNs, size, ino } = await stat(this.#path, { bigint: true });
    const version = `${mtimeNs} ${size} ${ino}`;
    if (version === this.#version) return;
    this.#users = new Map();
    this.#version = '';
    const text = await readFile(this.#path, 'utf8');
    // What is no htpasswd file is told once; what could not be read is tried again.
    this.#version = version;
    this.#users = parseHtpasswd(text);
    const cost = Math.max(...[...this.#users.values()].map(costOf));
    this.#nobody = `$2b$${String(cost).padStart(2, '0')}$${NOBODY}`;
  }

  /**
   * One after the other, and as much time between two as one takes: whoever guesses passwords, which keeps this thread busy
   * for a tenth of a second each, holds up others who guess, and nobody else by more than that.
   */
  readonly check: CheckPassword = (user, password) =>
    this.#turns.run('', async () => {
      await this.#rest;
      const hash = this.#users.get(user);
      // Loaded by registries that ask for passwords alone.
      const { compare } = await import('bcryptjs');
      const beganMs = performance.now();
      const isRight = await compare(password, hash ?? this.#nobody);
      this.#rest = pause(performance.now() - beganMs);
      return isRight && hash !== undefined;
    });
}

function costOf(hash: string): number {
  return Number(hash.split('$')[2]);
}

/** @throws invalid_argument naming the line */
export function parseHtpasswd(text: string): Map<string, string> {
  const users = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    const [user, hash] = [line.slice(0, Math.max(colon, 0)), line.slice(colon + 1).trim()];
    if (user === '') throw invalidArgument(`line ${index + 1} has no user`);
    if (!BCRYPT.test(hash)) {
      throw invalidArgument(`line ${index + 1}: the password of ${user} is no bcrypt hash (use htpasswd -B)`);
    }
    users.set(user, hash);
  }
  if (users.size === 0) throw invalidArgument('it has no users');
  return users;
}
