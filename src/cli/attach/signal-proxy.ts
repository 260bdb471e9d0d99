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

/** Hands signals that reach us on to the container, without the SIG of their names. Answers how to stop that. */
export function forwardSignals(kill: (signal: string) => Promise<void>): () => void {
  const forward = (signal: NodeJS.Signals): void => {
    // The container may have exited meanwhile: then there is nobody to tell, and its exit ends us, too.
    kill(signal.slice('SIG'.length)).catch(() => undefined);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
}

/** So many times must the user insist before the client goes without its container. */
const PATIENCE = 3;
const GAVE_UP = 1;

/**
 * While a container's output is shown the client does not die of SIGINT or SIGTERM: they are the container's to judge,
 * and its exit is ours. Only the third one ends the client alone. Answers how to stop that.
 */
export function surviveTerminations(stderr: Output): () => void {
  let seen = 0;
  const count = (): void => {
    seen += 1;
    if (seen < PATIENCE) return;
    void stderr.write('\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n').then(() => process.exit(GAVE_UP));
  };
  process.on('SIGINT', count);
  process.on('SIGTERM', count);
  return () => {
    process.off('SIGINT', count);
    process.off('SIGTERM', count);
  };
}
