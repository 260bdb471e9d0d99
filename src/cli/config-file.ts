import { readFileSync } from 'node:fs';
import { messageOf } from '../errors/engine-error.ts';
import { hasErrorCode } from '../lib/system-error.ts';

/** What we use of docker's `config.json`; everything else in it is left alone. */
export interface ConfigFile {
  readonly HttpHeaders?: Readonly<Record<string, string>>;
  readonly detachKeys?: string;
  readonly currentContext?: string;
  readonly psFormat?: string;
  readonly imagesFormat?: string;
  readonly statsFormat?: string;
  readonly networksFormat?: string;
  readonly volumesFormat?: string;
  readonly proxies?: Readonly<Record<string, ProxySettings>>;
  readonly auths?: Readonly<Record<string, KeptCredentials>>;
  /** The helper that keeps all credentials, and those of single servers. */
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

/** A server's credentials as the file has them: `auth` is `name:password` in base64. */
export interface KeptCredentials {
  readonly auth?: string;
  /** Some tools write these instead of it. */
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** Handed to containers as environment variables. */
export interface ProxySettings {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  readonly noProxy?: string;
  readonly ftpProxy?: string;
  readonly allProxy?: string;
}

/** The folder of docker's client configuration: `--config`, DOCKER_CONFIG, `~/.docker`. */
export function configFolder(option: string, env: NodeJS.ProcessEnv): string {
  return option || env.DOCKER_CONFIG || `${env.HOME ?? ''}/.docker`;
}

/**
 * A missing file is an empty one, and so, after a warning, is one that cannot be understood: no command depends on it.
 * @param warn is given docker's words
 */
export function readConfigFile(folder: string, warn: (text: string) => void): ConfigFile {
  const path = `${folder}/config.json`;
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('not a JSON object');
    return parsed;
  } catch (error) {
    const isMissing = hasErrorCode(error, 'ENOENT');
    if (!isMissing) warn(`WARNING: Error parsing config file (${path}): ${messageOf(error)}\n`);
    return {};
  }
}
