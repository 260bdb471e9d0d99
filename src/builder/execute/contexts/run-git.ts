import { spawn } from 'node:child_process';
import { EngineError, invalidArgument } from '../../../errors/engine-error.ts';
import { requirePipes } from '../../../lib/require-pipes.ts';
import { hasErrorCode } from '../../../lib/system-error.ts';

/** What git takes over of the daemon's own environment. */
const KEPT = /^(PATH|LANG|(all|ftp|http|https|no)_proxy|SSL_CERT_(FILE|DIR)|GIT_SSL_CAINFO)$/i;

/** A shell's exit code for a program that is not there. */
const NOT_FOUND = 127;

/**
 * A server may keep git waiting for ever: when the daemon is killed, and so the standard input ends, all of the group go.
 * The exit code is git's.
 */
const SCRIPT = `umask 022
exec 3<&0 < /dev/null
git "$@" 3<&- &
git=$!
(read -r _ <&3; kill -KILL -$$) &
watch=$!
wait $git
code=$?
kill -KILL $watch
exit $code`;

export interface GitSurroundings {
  readonly directory: string;
  readonly signal: AbortSignal;
  /** A socket on this host. */
  readonly sshAgent: string | undefined;
}

/**
 * Runs the host's git; what it writes is for all to read. Nothing is asked of a terminal, nothing of the host's own
 * configuration counts, and no repository leads to files of the host: neither the one asked for nor its submodules.
 * @returns what it has written. @throws invalid_argument with its complaint; unavailable where there is none; the signal's
 *   reason, when no process of it is left
 */
export async function runGit(
  args: readonly string[],
  { directory, signal, sshAgent }: GitSurroundings,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  signal.throwIfAborted();
  // A group of its own: git has children that go on without it.
  const started = spawn('sh', ['-c', SCRIPT, 'git', ...args], {
    cwd: directory,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => KEPT.test(name))),
      ...(sshAgent === undefined ? {} : { SSH_AUTH_SOCK: sshAgent }),
      HOME: '/dev/null',
      LC_ALL: 'C',
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
      GIT_ALLOW_PROTOCOL: 'http:https:ssh:git',
    },
  });
  const child = requirePipes(started, 'git');
  const kill = () => {
    if (child.pid === undefined || child.exitCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      // All of the group have ended. Whatever is thrown here would end the daemon.
      if (!hasErrorCode(error, 'ESRCH')) reject(error);
    }
  };
  signal.addEventListener('abort', kill, { once: true });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.on('error', (error) => reject(new EngineError('unavailable', `git: ${error.message}`, { cause: error })));
  child.on('close', (code) => {
    signal.removeEventListener('abort', kill);
    if (signal.aborted) return reject(signal.reason);
    if (code === 0) return resolve(out);
    if (code === NOT_FOUND) return reject(new EngineError('unavailable', 'git: executable file not found in $PATH'));
    reject(invalidArgument(`git ${args[0] ?? ''} failed: ${err.trim() || `exit status ${code}`}`));
  });
  return promise;
}
