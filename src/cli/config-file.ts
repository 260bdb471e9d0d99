import { readFileSync } from 'node:fs';
import { messageOf } from '../errors/engine-error.ts';
import { CliError } from './errors.ts';

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
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>;
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
 * A missing file is an empty one.
 * @throws CliError when it cannot be read or is no JSON object
 */
export function readConfigFile(folder: string): ConfigFile {
  const path = `${folder}/config.json`;
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null) throw new Error('it holds no JSON object');
    return parsed;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new CliError(`Error loading config file: ${path}: ${messageOf(error)}`, 1, { cause: error });
  }
}
