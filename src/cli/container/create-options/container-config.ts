import { CliError } from '../../errors.ts';
import type { CreateFlags } from './flags.ts';
import { readKeyValueFiles } from './key-value-files.ts';
import { parsePorts } from './ports.ts';
import { parseVolumes } from './volumes.ts';

type Empty = Record<string, never>;

export interface Healthcheck {
  Test?: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

/** The part of a create request that says what the container is; absent fields are absent on the wire. */
export interface ContainerConfigRequest {
  Hostname: string;
  Domainname: string;
  User: string;
  AttachStdin: boolean;
  AttachStdout: boolean;
  AttachStderr: boolean;
  ExposedPorts?: Record<string, Empty>;
  Tty: boolean;
  OpenStdin: boolean;
  StdinOnce: boolean;
  Env: string[] | null;
  Cmd: readonly string[] | null;
  Healthcheck?: Healthcheck;
  Image: string;
  Volumes: Record<string, Empty>;
  WorkingDir: string;
  Entrypoint: string[] | null;
  OnBuild: null;
  Labels: Record<string, string>;
  StopSignal?: string;
  StopTimeout?: number;
}

export interface ConfigInput {
  readonly flags: CreateFlags;
  readonly changed: (flag: keyof CreateFlags) => boolean;
  readonly image: string;
  readonly command: readonly string[];
  /** Variables that our own configuration adds (proxies), before the user's. */
  readonly extraEnv: readonly string[];
}

export function containerConfig(input: ConfigInput): ContainerConfigRequest {
  const { flags } = input;
  const { exposed } = parsePorts(flags.publish, flags.expose);
  const attach = attachments(flags);
  const healthcheck = healthcheckOf(flags);
  const env = environmentOf(input);
  return {
    Hostname: flags.hostname,
    Domainname: flags.domainname,
    User: flags.user,
    AttachStdin: attach.stdin,
    AttachStdout: attach.stdout,
    AttachStderr: attach.stderr,
    ...(Object.keys(exposed).length === 0 ? {} : { ExposedPorts: exposed }),
    Tty: flags.tty,
    OpenStdin: flags.interactive,
    StdinOnce: flags.interactive && attach.stdin,
    Env: env.length === 0 ? null : env,
    Cmd: input.command.length === 0 ? null : input.command,
    ...(healthcheck === undefined ? {} : { Healthcheck: healthcheck }),
    Image: input.image,
    Volumes: parseVolumes(flags.volume).anonymous,
    WorkingDir: flags.workdir,
    Entrypoint: entrypointOf(input),
    OnBuild: null,
    Labels: labelsOf(flags),
    ...(flags['stop-signal'] === '' ? {} : { StopSignal: flags['stop-signal'] }),
    ...(flags['stop-timeout'] === undefined ? {} : { StopTimeout: flags['stop-timeout'] }),
  };
}

export interface Attachments {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** The streams that the client will attach to; `-i` always adds stdin. */
export function attachments(flags: CreateFlags): Attachments {
  const chosen = flags.attach.length === 0 ? ['stdout', 'stderr'] : flags.attach;
  return {
    stdin: flags.interactive || chosen.includes('stdin'),
    stdout: chosen.includes('stdout'),
    stderr: chosen.includes('stderr'),
  };
}

/** An empty `--entrypoint` resets the image's. */
function entrypointOf(input: ConfigInput): string[] | null {
  if (input.flags.entrypoint !== '') return [input.flags.entrypoint];
  return input.changed('entrypoint') ? [''] : null;
}

/** Files first, then the flags; of the flags' repeated names the last value counts. */
function environmentOf({ flags, extraEnv }: ConfigInput): string[] {
  const fromFiles = readKeyValueFiles(flags['env-file'], (name) => process.env[name]);
  const byName = new Map<string, string>();
  for (const entry of [...extraEnv, ...flags.env]) byName.set(entry.split('=', 1)[0] ?? '', entry);
  return [...fromFiles, ...byName.values()];
}

function labelsOf(flags: CreateFlags): Record<string, string> {
  const lines = [...readKeyValueFiles(flags['label-file'], () => undefined), ...flags.label];
  return toMap(lines);
}

export function toMap(lines: readonly string[]): Record<string, string> {
  const map: Record<string, string> = {};
  for (const line of lines) {
    const equals = line.indexOf('=');
    map[equals < 0 ? line : line.slice(0, equals)] = equals < 0 ? '' : line.slice(equals + 1);
  }
  return map;
}

function healthcheckOf(flags: CreateFlags): Healthcheck | undefined {
  const numbers = {
    Interval: flags['health-interval'] ?? 0,
    Timeout: flags['health-timeout'] ?? 0,
    StartPeriod: flags['health-start-period'] ?? 0,
    StartInterval: flags['health-start-interval'] ?? 0,
    Retries: flags['health-retries'] ?? 0,
  };
  const wished = flags['health-cmd'] !== '' || Object.values(numbers).some((number) => number !== 0);
  if (flags['no-healthcheck']) {
    if (wished) throw new CliError('--no-healthcheck conflicts with --health-* options');
    return { Test: ['NONE'] };
  }
  if (!wished) return undefined;
  for (const [field, number] of Object.entries(numbers)) {
    if (number < 0) throw new CliError(`--health-${dashed(field)} cannot be negative`);
  }
  const given = Object.fromEntries(Object.entries(numbers).filter(([, number]) => number !== 0));
  return { ...(flags['health-cmd'] === '' ? {} : { Test: ['CMD-SHELL', flags['health-cmd']] }), ...given };
}

function dashed(field: string): string {
  return field.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase();
}
