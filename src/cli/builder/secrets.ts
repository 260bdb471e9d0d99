import { existsSync, readFileSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ApiClient } from '../../client/api-client.ts';
import { sendSecrets } from '../../client/builds.ts';
import { parseCsvRecord } from '../../lib/csv-record.ts';
import { CliError } from '../errors.ts';
import { fileErrorText } from '../io/file-error.ts';

const LARGEST_BYTES = 500 * 1024;

/**
 * Hands the secrets over in a request of their own, so that they are in no query and no header.
 * @returns what names them to the build; undefined without any. @throws CliError for what cannot be read
 */
export async function sendSecretsOf(client: ApiClient, texts: readonly string[]): Promise<string | undefined> {
  if (texts.length === 0) return undefined;
  const secrets = Object.fromEntries(texts.map(readSecret));
  return await sendSecrets(client, secrets);
}

/** `id=token,src=path`, `id=token,env=NAME`; the ID alone stands for a variable or a file of that name. */
function readSecret(text: string): [id: string, base64: string] {
  const fields = new Map(parseCsvRecord(text).map((field) => splitField(field, text)));
  const type = fields.get('type') ?? '';
  if (!['', 'file', 'env'].includes(type)) throw new CliError(`unsupported secret type ${JSON.stringify(type)}`);
  const source = fields.get('source') ?? fields.get('src');
  const id = fields.get('id') ?? source?.split('/').at(-1) ?? '';
  if (id === '') throw new CliError(`failed to parse secret: ${text}: missing id`);
  const variable = fields.get('env') ?? (type === 'env' ? (source ?? id) : undefined);
  const content = variable === undefined ? fromFile(source, id) : Buffer.from(process.env[variable] ?? '');
  if (content.length > LARGEST_BYTES) throw new CliError(`secret ${id} too big. max size 500KiB`);
  return [id, content.toString('base64')];
}

function fromFile(source: string | undefined, id: string): Buffer {
  if (source === undefined && !existsSync(id) && process.env[id] !== undefined) return Buffer.from(process.env[id]);
  const path = source ?? id;
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CliError(`failed to stat ${path}: ${fileErrorText('stat', path, error)}`, 1, { cause: error });
  }
}

function splitField(field: string, text: string): [name: string, value: string] {
  const equals = field.indexOf('=');
  if (equals < 0) throw new CliError(`invalid field '${field}' must be a key=value pair: ${text}`);
  return [field.slice(0, equals).toLowerCase(), field.slice(equals + 1)];
}

/** Agents' sockets by their IDs: the daemon reaches those of its own host. @throws CliError without an agent */
export function sshSockets(texts: readonly string[]): string | undefined {
  if (texts.length === 0) return undefined;
  const sockets = texts.map((text) => {
    const equals = text.indexOf('=');
    const id = (equals < 0 ? text : text.slice(0, equals)) || 'default';
    const socket = equals < 0 ? (process.env.SSH_AUTH_SOCK ?? '') : text.slice(equals + 1);
    if (socket === '') throw new CliError('invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set');
    return [id, agentAt(socket)] as const;
  });
  return JSON.stringify(Object.fromEntries(sockets));
}

function agentAt(path: string): string {
  if (!statOf(path).isSocket()) {
    throw new CliError(
      `${path} is no socket of an SSH agent: keys are handed over by an agent that has them (ssh-add)`,
    );
  }
  return resolve(path);
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw new CliError(fileErrorText('stat', path, error), 1, { cause: error });
  }
}
