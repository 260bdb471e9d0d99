import { readFile, stat } from 'node:fs/promises';
import { invalidArgument, messageOf } from '../errors/engine-error.ts';
import type { CheckPassword } from './http/basic-auth.ts';

const BCRYPT = /^\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}$/;
/** Of no password: for users that do not exist, so that they take as long as others. */
const NOBODY = '$2b$05$2mb7rCJu.w2hFu6hPu81jOBaG3ICTv8DCFwHpDDYwFM5pJTEcDYLq';
/** bcrypt looks at no more than this. */
const PASSWORD_LIMIT_BYTES = 72;

/**
 * The users of an htpasswd file with bcrypt passwords (`htpasswd -B`). The file is read anew when it has changed; one that
 * cannot be read then lets nobody in.
 */
export class Htpasswd {
  readonly #path: string;
  #users: ReadonlyMap<string, string> = new Map();
  #version = '';

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

  async refresh(): Promise<void> {
    const { mtimeNs, size, ino } = await stat(this.#path, { bigint: true });
    const version = `${mtimeNs} ${size} ${ino}`;
    if (version === this.#version) return;
    this.#version = version;
    this.#users = new Map();
    this.#users = parseHtpasswd(await readFile(this.#path, 'utf8'));
  }

  readonly check: CheckPassword = async (user, password) => {
    const hash = this.#users.get(user);
    if (Buffer.byteLength(password) > PASSWORD_LIMIT_BYTES) return false;
    // Loaded by registries that ask for passwords alone.
    const { compare } = await import('bcryptjs');
    return (await compare(password, hash ?? NOBODY)) && hash !== undefined;
  };
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
