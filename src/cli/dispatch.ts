import { ApiClient } from '../client/api-client.ts';
import { VERSION } from '../lib/version.ts';
import type { Command, Context } from './command.ts';
import { type ConfigFile, configFolder, readConfigFile } from './config-file.ts';
import { CliError, describe } from './errors.ts';
import type { FlagValues } from './flags/flag.ts';
import { parseFlags } from './flags/parse.ts';
import { type GlobalFlags, globalFlags } from './global-flags.ts';
import { chooseAddress, parseAddress } from './host.ts';
import type { Invocation } from './invocation.ts';
import { commandIndex, type Resolved, resolve } from './registry.ts';
import { orUsage } from './usage-error.ts';

const DEFAULT_WIDTH = 80;

/** Runs one command line to its end and answers the exit code. Errors that users can cause are printed, not thrown. */
export async function dispatch(invocation: Invocation): Promise<number> {
  try {
    return await route(invocation);
  } catch (error) {
    if (error instanceof CliError) {
      if (error.message !== '') await invocation.io.stderr.write(`${error.message}\n`);
      return error.exitCode;
    }
    await invocation.io.stderr.write(`${describe(error)}\n`);
    return 1;
  }
}

async function route(invocation: Invocation): Promise<number> {
  const { programName: program, env } = invocation;
  const flags = globalFlags(configFolder('', env));
  const parsed = orUsage(
    () => parseFlags(invocation.argv, flags, false),
    program,
    '',
    `${program} [OPTIONS] COMMAND [ARG...]`,
  );
  const { values, args } = parsed;
  if (values.version) {
    await invocation.io.stdout.write(`${program === 'docker' ? 'Docker' : 'Skiff'} version ${VERSION}\n`);
    return 0;
  }
  checkLogLevel(values['log-level']);
  const index = commandIndex();
  const words = parsed.help === 'none' ? args : [];
  if (words.length === 0 || words[0] === 'help') {
    const { showHelp } = await import('./show-help.ts');
    return await showHelp(invocation, words.slice(1), index);
  }
  const found = resolve(words, index);
  if (found === undefined) {
    const { unknownCommand } = await import('./show-help.ts');
    return await unknownCommand(invocation, words, index);
  }
  const command = await found.entry.load();
  return await runCommand(invocation, values, found, command);
}

const LOG_LEVELS = ['panic', 'fatal', 'error', 'warn', 'warning', 'info', 'debug', 'trace'];

/** The level itself changes nothing: this client logs nothing. */
function checkLogLevel(level: string): void {
  if (!LOG_LEVELS.includes(level.toLowerCase())) throw new CliError(`Unable to parse logging level: ${level}`);
}

async function runCommand(
  invocation: Invocation,
  globals: FlagValues<GlobalFlags>,
  found: Resolved,
  command: Command,
): Promise<number> {
  const { programName: program, io } = invocation;
  const path = `${program} ${found.path}`;
  const usage = `${path}${command.usage === '' ? '' : ` ${command.usage}`}`;
  const parsed = orUsage(
    () => parseFlags(found.rest, command.flags, command.interspersed ?? true),
    program,
    found.path,
    usage,
  );
  for (const note of parsed.notes) await io.stdout.write(`${note}\n`);
  if (parsed.help !== 'none') {
    const { commandHelp } = await import('./help.ts');
    if (parsed.help === 'short') await io.stdout.write('Flag shorthand -h has been deprecated, use --help\n');
    await io.stdout.write(commandHelp(program, found.path, found.entry, command, io.stdout.columns ?? DEFAULT_WIDTH));
    return 0;
  }
  const complaint = command.args(parsed.args.length);
  if (complaint !== undefined) {
    const { text, pointer } = complaint;
    throw new CliError(
      `${program}: '${path}' ${text}\n\nUsage:  ${usage}\n\n${pointer} '${path} --help' for more information`,
    );
  }
  const lazy = lazyResources(invocation, globals);
  const context: Context = {
    flags: parsed.values,
    changed: (flag) => parsed.changed.has(flag),
    args: parsed.args,
    get client() {
      return lazy.client();
    },
    io,
    get config() {
      return lazy.config();
    },
    configFolder: configFolder(globals.config, invocation.env),
    programName: program,
    path,
  };
  return (await command.run(context)) ?? 0;
}

function lazyResources(invocation: Invocation, globals: FlagValues<GlobalFlags>) {
  const { env, io } = invocation;
  const folder = configFolder(globals.config, env);
  let configFile: ConfigFile | undefined;
  let apiClient: ApiClient | undefined;
  const config = (): ConfigFile => {
    configFile ??= readConfigFile(folder, (text) => void io.stderr.write(text));
    return configFile;
  };
  const client = (): ApiClient => {
    apiClient ??= makeClient(globals, env, folder, config);
    return apiClient;
  };
  return { config, client };
}

function makeClient(
  globals: FlagValues<GlobalFlags>,
  env: NodeJS.ProcessEnv,
  folder: string,
  config: () => ConfigFile,
): ApiClient {
  const tls = globals.tls || globals.tlsverify || Boolean(env.DOCKER_TLS_VERIFY);
  const address = chooseAddress({
    hosts: globals.host,
    context: globals.context,
    env,
    configFolder: folder,
    currentContext: () => config().currentContext,
  });
  const headers = config().HttpHeaders;
  return new ApiClient({
    endpoint: parseAddress(address, tls),
    address,
    ...(env.DOCKER_API_VERSION ? { apiVersion: env.DOCKER_API_VERSION } : {}),
    ...(headers === undefined ? {} : { headers }),
  });
}
