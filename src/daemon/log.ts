import { LOG_LEVELS, type LogLevel } from './options/options.ts';

type Fields = Readonly<Record<string, string | number | boolean>>;

export interface DaemonLog {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  /** `cause` is shown with its stack: what is logged as an error is looked into. */
  error(message: string, cause?: unknown, fields?: Fields): void;
}

/** dockerd's lines: `time="…" level=info msg="…" key=value`. `write` must not throw. */
export function createLog(threshold: LogLevel, write: (line: string) => void): DaemonLog {
  const lowest = LOG_LEVELS.indexOf(threshold);
  const print = (level: LogLevel, label: string, message: string, fields: Fields = {}) => {
    if (LOG_LEVELS.indexOf(level) < lowest) return;
    const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${quoted(String(value))}`);
    const time = JSON.stringify(new Date().toISOString());
    write(`time=${time} level=${label} msg=${quoted(message)}${pairs.join('')}\n`);
  };
  return {
    debug: (message, fields) => print('debug', 'debug', message, fields),
    info: (message, fields) => print('info', 'info', message, fields),
    warn: (message, fields) => print('warn', 'warning', message, fields),
    error: (message, cause, fields) =>
      print('error', 'error', message, cause === undefined ? fields : { ...fields, error: stackOf(cause) }),
  };
}

/** Everything that is known of an error, its causes and parts included. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const parts = error instanceof AggregateError ? error.errors : [];
  const below = [...parts, ...(error.cause === undefined ? [] : [error.cause])].map(stackOf);
  return [error.stack ?? error.message, ...below].join('\ncaused by: ');
}

function quoted(text: string): string {
  return /^[\w./@^+-]+$/.test(text) ? text : JSON.stringify(text);
}
