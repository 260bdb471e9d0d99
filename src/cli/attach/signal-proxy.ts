import type { Output } from '../io/terminal.ts';

const FORWARDED = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGCONT',
  'SIGTSTP',
  'SIGWINCH',
] as const;

/** So many times must the user insist before the client goes without its container. */
const PATIENCE = 3;

/**
 * Hands signals that reach us on to the container (`kill` gets the name without SIG) instead of dying of them. Answers
 * how to stop that.
 */
export function forwardSignals(kill: (signal: string) => Promise<void>, stderr: Output): () => void {
  let terminations = 0;
  const forward = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGINT' || signal === 'SIGTERM') terminations += 1;
    // The container may have exited meanwhile: then there is nobody to tell, and its exit ends us, too.
    kill(signal.slice('SIG'.length)).catch(() => undefined);
    if (terminations < PATIENCE) return;
    void stderr.write('\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n').then(() => process.exit(1));
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
}
