import type { HostConfig } from '../../api-types/host-config.ts';
import { EngineError, invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { parseExpression } from '../../lib/expression.ts';
import type { LogLimits } from '../../logs/rotate-log.ts';
import type { ContainersContext, ContainersOptions } from '../context.ts';
import { pathsOf } from '../paths.ts';
import type { ContainerRecord } from '../record.ts';
import { expandTag } from './log-attributes.ts';

type LogConfig = HostConfig['LogConfig'];

/** What each driver takes; `none` takes whatever it is given. */
const OPTIONS: Readonly<Record<string, ReadonlySet<string> | undefined>> = {
  'json-file': setOf('max-file max-size compress labels labels-regex env env-regex tag'),
  local: setOf('max-file max-size compress'),
  journald: setOf('labels labels-regex env env-regex tag'),
};

/** Of every driver. */
const DELIVERY = setOf('mode max-buffer-size');

/** Docker has these, too; there is nothing of them here. */
const OTHER_DRIVERS = setOf('awslogs fluentd gcplogs gelf splunk syslog etwlogs');

function setOf(names: string): ReadonlySet<string> {
  return new Set(names.split(' '));
}

/** Driver and names of its options, when a container is created. @throws invalid_argument with Docker's texts. */
export function checkLogConfig({ Type: driver, Config: config }: LogConfig): void {
  const options = config ?? {};
  if (OTHER_DRIVERS.has(driver)) throw invalidArgument(`logger: no log driver named '${driver}' is registered`);
  if (driver !== 'none' && OPTIONS[driver] === undefined) {
    throw invalidArgument(`error looking up logging plugin ${driver}: plugin "${driver}" not found`);
  }
  const mode = options['mode'] ?? '';
  if (mode !== '' && mode !== 'blocking' && mode !== 'non-blocking') {
    throw invalidArgument(`logger: logging mode not supported: ${mode}`);
  }
  if (options['max-buffer-size'] !== undefined && mode !== 'non-blocking') {
    throw invalidArgument("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
  }
  if (driver === 'none') return;
  for (const name of Object.keys(options)) {
    if (OPTIONS[driver]?.has(name) === true || DELIVERY.has(name)) continue;
    const place = driver === 'local' ? 'log driver local' : `${driver} log driver`;
    throw invalidArgument(`unknown log opt '${name}' for ${place}`);
  }
}

export function keepsLogFile({ Type: driver }: LogConfig): boolean {
  return driver === 'json-file' || driver === 'local';
}

/** Where a container's monitor writes: its log file, the system's journal, or nowhere. */
export function logOf(
  { options }: ContainersContext,
  { id, hostConfig }: ContainerRecord,
): { readonly logPath: string | undefined; readonly journal?: boolean } {
  const { Type: driver } = hostConfig.LogConfig;
  if (driver === 'journald') return { logPath: undefined, journal: true };
  return { logPath: driver === 'none' ? undefined : pathsOf(options, id).log };
}

/** Values of the options, which Docker looks at when a container starts. @throws internal with Docker's texts. */
export function checkLogging(record: ContainerRecord, { journald }: ContainersOptions): void {
  const config = record.hostConfig.LogConfig;
  if (config.Type === 'journald' && !journald) throw notInitialized('journald is not enabled on this host');
  logLimitsOf(config);
  if (config.Type === 'none') return;
  try {
    expandTag(config.Config?.['tag'] ?? '', record);
  } catch (error) {
    throw notInitialized(messageOf(error));
  }
}

/**
 * How large a log gets and how many are kept; undefined for one that grows without end.
 * @throws internal with Docker's texts.
 */
export function logLimitsOf(config: LogConfig): LogLimits | undefined {
  if (!keepsLogFile(config)) return undefined;
  const options = config.Config ?? {};
  const isLocal = config.Type === 'local';
  const maxBytes = sizeOf(options['max-size'] ?? (isLocal ? '20m' : '-1'), options['max-size'] !== undefined, isLocal);
  const maxFiles = countOf(options['max-file'] ?? (isLocal ? '5' : '1'));
  const compress = flagOf(options['compress'] ?? String(isLocal), isLocal);
  if (isLocal && compress && maxFiles < 2) {
    throw notInitialized('compression cannot be enabled when max file count is 1');
  }
  if (maxFiles < 1) throw notInitialized('max-file cannot be less than 1');
  if (!isLocal && compress && (maxFiles < 2 || maxBytes < 0)) {
    throw notInitialized('compress cannot be true when max-file is less than 2 or max-size is not set');
  }
  checkExpression(options['labels-regex']);
  checkExpression(options['env-regex']);
  return maxBytes > 0 ? { maxBytes, maxFiles, compress } : undefined;
}

const UNITS = ['', 'k', 'm', 'g', 't', 'p'];

function sizeOf(text: string, isGiven: boolean, isLocal: boolean): number {
  if (!isGiven && text === '-1') return -1;
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgtp])?(?:i?b)?$/i.exec(text) ?? [];
  if (number === undefined) {
    throw notInitialized(`${isLocal ? `invalid value for max-size: ${text}: ` : ''}invalid size: '${text}'`);
  }
  return Math.floor(Number(number) * 1024 ** UNITS.indexOf(unit.toLowerCase()));
}

function countOf(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw notInitialized(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

function flagOf(text: string, isLocal: boolean): boolean {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(?:0|f|F|FALSE|false|False)$/.test(text)) return false;
  const where = isLocal ? 'error reading compress log option: ' : '';
  throw notInitialized(`${where}strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function checkExpression(text: string | undefined): void {
  try {
    parseExpression(text ?? '');
  } catch (error) {
    throw notInitialized(messageOf(error));
  }
}

function notInitialized(reason: string): EngineError {
  return new EngineError(
    'internal',
    `failed to create task for container: failed to initialize logging driver: ${reason}`,
  );
}
