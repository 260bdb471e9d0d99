const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface EnvOptions {
  readonly hostname: string;
  readonly terminal: boolean;
  /** In the order in which they win: the last one of a name does. */
  readonly variables: readonly string[];
}

/**
 * What every process finds in its environment, with the configured variables in their places or after it. One without
 * `=` takes a default away, as in Docker.
 */
export function processEnv({ hostname, terminal, variables }: EnvOptions): string[] {
  const env = new Map<string, string>();
  const set = (variable: string) => env.set(variable.split('=', 1)[0] ?? '', variable);
  set(DEFAULT_PATH);
  set(`HOSTNAME=${hostname}`);
  if (terminal) set('TERM=xterm');
  for (const variable of variables) {
    if (variable.includes('=')) set(variable);
    else env.delete(variable);
  }
  return [...env.values()];
}
