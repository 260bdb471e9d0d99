import { posix } from 'node:path';
import { invalidArgument } from '../../errors/engine-error.ts';
import { parseSignal } from '../../lib/signals.ts';
import type { ImageRunConfig } from '../image-store.ts';
import { parseCommandForm, parseListForm, parsePairs } from './change-arguments.ts';
import type { ChangeLine } from './change-lines.ts';
import { parseChangeLines } from './change-lines.ts';
import { expandWord } from './expand-word.ts';
import { exposedPorts } from './exposed-ports.ts';
import { parseHealthCheck } from './health-check.ts';

type Change = (config: ImageRunConfig, line: ChangeLine, expand: (word: string) => string) => ImageRunConfig;

const SHELL = ['/bin/sh', '-c'];

const CHANGES: Readonly<Record<string, Change>> = {
  CMD: (config, { rest }) => ({ ...config, Cmd: command(rest) ?? SHELL }),
  ENTRYPOINT: (config, { rest }) => ({ ...config, Entrypoint: command(rest) ?? null }),
  ENV: setEnvironment,
  EXPOSE: (config, line, expand) => {
    const words = parseListForm(required(line))
      .map(expand)
      .filter((word) => word !== '');
    const ports = words.flatMap((word) => word.split(/\s+/)).flatMap(exposedPorts);
    if (ports.length === 0) return config;
    return { ...config, ExposedPorts: { ...config.ExposedPorts, ...emptyObjects(ports) } };
  },
  LABEL: (config, { rest }, expand) => {
    const labels = parsePairs('LABEL', rest).map(([name, value]) => [notBlank('LABEL', expand(name)), expand(value)]);
    return { ...config, Labels: { ...config.Labels, ...Object.fromEntries(labels) } };
  },
  ONBUILD: (config, line) => ({ ...config, OnBuild: [...(config.OnBuild ?? []), trigger(line)] }),
  USER: (config, line, expand) => ({ ...config, User: expand(only(line)) }),
  VOLUME: (config, line, expand) => {
    const paths = parseListForm(required(line))
      .map(expand)
      .map((path) => path.trim());
    if (paths.includes('')) throw invalidArgument('VOLUME specified can not be an empty string');
    return { ...config, Volumes: { ...config.Volumes, ...emptyObjects(paths) } };
  },
  WORKDIR: (config, line, expand) => {
    const path = expand(only(line));
    if (path === '') throw invalidArgument('cannot normalize nothing');
    const whole = posix.resolve('/', config.WorkingDir ?? '', path);
    return { ...config, WorkingDir: whole };
  },
  HEALTHCHECK: (config, line) => ({ ...config, Healthcheck: parseHealthCheck(line) }),
  STOPSIGNAL: (config, line, expand) => {
    const signal = expand(only(line));
    if (parseSignal(signal) === undefined) throw invalidArgument(`invalid signal: ${signal}`);
    return { ...config, StopSignal: signal };
  },
};

/**
 * What the instructions of `--change` make of a configuration.
 * @throws invalid_argument with the texts of Docker's parser; all lines are checked for their names first.
 */
export function applyChanges(config: ImageRunConfig, changes: readonly string[]): ImageRunConfig {
  if (changes.length === 0) return config;
  const lines = parseChangeLines(changes).map((line) => {
    const change = CHANGES[line.command.toUpperCase()];
    if (change === undefined) throw invalidArgument(`${line.command} is not a valid change command`);
    return { line, change };
  });
  return lines.reduce((current, { line, change }) => {
    if (change !== CHANGES['HEALTHCHECK']) refuseFlags(line);
    const variables = environment(current);
    return change(current, line, (word) => expandWord(word, variables));
  }, config);
}

function refuseFlags({ flags }: ChangeLine): void {
  const [flag] = flags;
  if (flag !== undefined) throw invalidArgument(`unknown flag: ${flag.split('=', 1)[0]}`);
}

/** Undefined for the shell form of nothing. */
function command(rest: string): string[] | undefined {
  const form = parseCommandForm(rest);
  if (form.kind === 'exec') return form.list;
  return form.text === '' ? undefined : [...SHELL, form.text];
}

function setEnvironment(
  config: ImageRunConfig,
  { rest }: ChangeLine,
  expand: (word: string) => string,
): ImageRunConfig {
  const variables = environment(config);
  for (const [name, value] of parsePairs('ENV', rest)) variables.set(notBlank('ENV', expand(name)), expand(value));
  return { ...config, Env: [...variables].map(([name, value]) => `${name}=${value}`) };
}

function environment({ Env }: ImageRunConfig): Map<string, string> {
  return new Map(
    (Env ?? []).map((variable) => {
      const equals = variable.indexOf('=');
      return equals < 0 ? [variable, ''] : [variable.slice(0, equals), variable.slice(equals + 1)];
    }),
  );
}

function trigger(line: ChangeLine): string {
  const text = required(line);
  const name = (text.split(/\s/, 1)[0] ?? '').toUpperCase();
  if (name === 'ONBUILD') throw invalidArgument("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (name === 'MAINTAINER' || name === 'FROM') throw invalidArgument(`${name} isn't allowed as an ONBUILD trigger`);
  return text;
}

function required({ command: name, rest }: ChangeLine): string {
  if (rest === '') throw invalidArgument(`${name.toUpperCase()} requires at least one argument`);
  return rest;
}

function only({ command: name, rest }: ChangeLine): string {
  if (rest === '') throw invalidArgument(`${name.toUpperCase()} requires exactly one argument`);
  return rest;
}

function notBlank(instruction: string, name: string): string {
  if (name === '') throw invalidArgument(`${instruction} names can not be blank`);
  return name;
}

function emptyObjects(keys: readonly string[]): Record<string, object> {
  return Object.fromEntries(keys.map((key) => [key, {}]));
}
