import type { MonitorPaths } from '../paths.ts';
import type { StdioOptions } from '../runtime.ts';

export interface MonitorArguments extends StdioOptions {
  readonly containerId: string;
  /** The container's own ID, or the exec's. */
  readonly uniqueId: string;
  readonly paths: MonitorPaths;
  readonly ociRuntime: string;
  readonly ociRoot: string;
  readonly logPath: string | undefined;
  readonly journal?: boolean;
  /** The process specification's path, for an exec. */
  readonly processSpec?: string;
}

/** conmon(8)'s command line. */
export function monitorArguments(options: MonitorArguments): string[] {
  const { paths } = options;
  const args = [
    ['--api-version', '1'],
    ['--cid', options.containerId],
    ['--cuuid', options.uniqueId],
    ['--runtime', options.ociRuntime],
    ['--bundle', paths.directory],
    ['--persist-dir', paths.directory],
    ['--container-pidfile', paths.pidFile],
    ['--log-path', logOf(options)],
    ['--log-level', 'error'],
    ['--runtime-arg', '--root', '--runtime-arg', options.ociRoot],
    ['--runtime-arg', '--log', '--runtime-arg', paths.runtimeLog],
    // The socket lies in the bundle whatever the length of its path.
    ['--full-attach'],
    // Flushing the log to the disk would delay every exit; the page cache survives everything but the host's crash.
    ['--no-sync-log'],
  ].flat();
  if (options.processSpec !== undefined)
    args.push('--exec', '--exec-attach', '--exec-process-spec', options.processSpec);
  if (options.terminal) args.push('--terminal');
  if (options.stdin) args.push('--stdin');
  // A terminal's input stays usable for the next client, as Docker's does.
  if (options.stdin && (options.terminal || !options.stdinOnce)) args.push('--leave-stdin-open');
  return args;
}

function logOf({ logPath, journal }: MonitorArguments): string {
  if (journal === true) return 'journald';
  return logPath === undefined ? 'none' : `k8s-file:${logPath}`;
}
