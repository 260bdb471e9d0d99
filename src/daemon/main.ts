import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { isEngineError, messageOf } from '../errors/engine-error.ts';
import { VERSION } from '../lib/version.ts';
import { complain } from './complain.ts';
import type { DaemonLog } from './log.ts';
import { createLog } from './log.ts';
import type { DaemonConfig } from './options/config.ts';
import { DEFAULT_CONFIG_FILE, resolveConfig } from './options/config.ts';
import { helpText } from './options/help.ts';
import type { OptionValues } from './options/options.ts';
import { parseArguments } from './options/parse-arguments.ts';
import { withConfigFile } from './options/read-config-file.ts';
import { reloadRegistries } from './reload-registries.ts';

const USAGE_ERROR = 125;
const FAILURE = 1;
const STOP_LIMIT_MS = 1700;

function print(text: string): void {
  writeSync(process.stdout.fd, text);
}

function readFlags(): OptionValues {
  try {
    return parseArguments(process.argv.slice(2));
  } catch (error) {
    complain(`${messageOf(error)}\nSee 'skiffd --help'.\n`);
    process.exit(USAGE_ERROR);
  }
}

/** @throws invalid_argument */
function configured(flags: OptionValues): DaemonConfig {
  const path = flags.get('config-file')?.[0];
  return resolveConfig(withConfigFile(path ?? DEFAULT_CONFIG_FILE, path !== undefined, flags));
}

function readConfig(flags: OptionValues): DaemonConfig {
  try {
    return configured(flags);
  } catch (error) {
    complain(`${messageOf(error)}\n`);
    process.exit(FAILURE);
  }
}

/** What nobody handles ends the daemon: its state is on disk, and the next start finds everything again. */
function endOnBugs(log: DaemonLog): void {
  const end = (what: string) => (error: unknown) => {
    log.error(what, error);
    process.exit(FAILURE);
  };
  process.on('uncaughtException', end('uncaught exception'));
  process.on('unhandledRejection', end('unhandled rejection'));
}

async function main(): Promise<void> {
  const flags = readFlags();
  const has = (name: 'help' | 'version' | 'validate') => flags.get(name)?.[0] === 'true';
  if (has('help')) return print(helpText());
  if (has('version')) return print(`Skiff version ${VERSION}\n`);
  const config = readConfig(flags);
  if (has('validate')) {
    // Loads the whole program as well: that it is complete, and compiled for the next start, is part of the answer.
    await import('./start.ts');
    return print('configuration OK\n');
  }

  const log = createLog(config.logLevel, complain);
  endOnBugs(log);
  const asked = stopSignal(log);
  process.on('SIGHUP', () => reloadRegistries(config.registries, () => configured(flags), log));
  try {
    const { startDaemon } = await import('./start.ts');
    const stop = await startDaemon(config, log);
    // A daemon that is killed would not do it at its end.
    flushCompileCache();
    await asked;
    // Whoever stops us waits two seconds. What is not done by then the next start does: it must cope with SIGKILL anyway.
    setTimeout(() => {
      log.warn('could not stop in order in time');
      process.exit(0);
    }, STOP_LIMIT_MS).unref();
    await stop();
    process.exit(0);
  } catch (error) {
    // A planned refusal needs no stack; anything else is looked into.
    if (isEngineError(error) && error.kind !== 'internal') complain(`failed to start daemon: ${error.message}\n`);
    else log.error('failed to start daemon', error);
    process.exit(FAILURE);
  }
}

/** Resolves with the first SIGTERM or SIGINT, also with one that comes before the daemon has started. */
function stopSignal(log: DaemonLog): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const signals = { SIGTERM: 'terminated', SIGINT: 'interrupt' } as const;
  for (const [signal, name] of Object.entries(signals)) {
    process.on(signal, () => {
      log.info(`Processing signal '${name}'`);
      resolve();
    });
  }
  return promise;
}

await main();
