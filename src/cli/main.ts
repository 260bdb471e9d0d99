import { dispatch } from './dispatch.ts';
import { processTerminal } from './io/process-terminal.ts';

/** Called through a link named `docker`, the program speaks of itself as docker. */
function programName(): string {
  const name = process.argv0.slice(process.argv0.lastIndexOf('/') + 1);
  return name === 'docker' ? 'docker' : 'skiff';
}

/** Ends as shells expect of a program that the signal stopped, unless the command itself looks after it. */
function exitOn(signal: 'SIGINT' | 'SIGTERM', code: number): void {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(code);
  });
}

exitOn('SIGINT', 130);
exitOn('SIGTERM', 143);
const code = await dispatch({
  argv: process.argv.slice(2),
  programName: programName(),
  env: process.env,
  io: processTerminal(),
});
process.exit(code);
