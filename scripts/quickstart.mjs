import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { setupSteps } from './setup-steps.mjs';
import { main, root, run, runSteps, StepError } from './step.mjs';

const LOG = '/var/log/skiffd.log';
const START_LIMIT_MS = 20_000;

async function answers() {
  try {
    await run(`${root}/bin/skiff`, ['version', '--format', '{{.Server.Version}}']);
    return true;
  } catch {
    return false; // nothing listens yet, which is what this asks
  }
}

/** Starts a daemon that outlives this script, unless one answers already. */
async function startDaemon() {
  if (await answers()) return 'answers already';
  const log = openSync(LOG, 'a');
  const child = spawn(`${root}/bin/skiffd`, [], { detached: true, stdio: ['ignore', log, log], cwd: '/' });
  closeSync(log);
  /** @type {string | undefined} */
  let ended;
  child.on('exit', (code, signal) => (ended = signal ?? `exit status ${code}`));
  child.on('error', (error) => (ended = error.message));
  child.unref();
  for (const end = Date.now() + START_LIMIT_MS; Date.now() < end; await delay(50)) {
    if (ended !== undefined) {
      const tail = readFileSync(LOG, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
      throw new StepError(
        `skiffd ended at once (${String(ended)}):\n${tail}`,
        `see ${LOG}; start it by hand with ${root}/bin/skiffd --log-level debug`,
      );
    }
    if (await answers()) return `pid ${child.pid}, log in ${LOG}`;
  }
  throw new StepError(`skiffd did not answer within ${START_LIMIT_MS / 1000} s`, `see ${LOG}`);
}

async function firstContainer() {
  const output = await run(`${root}/bin/skiff`, ['run', '--rm', 'busybox', 'echo', 'hello from a container']);
  return JSON.stringify(output.trim());
}

await main(async () => {
  await runSteps([
    ...setupSteps(),
    { title: 'starting skiffd', work: startDaemon },
    { title: 'skiff run --rm busybox echo hello from a container', work: firstContainer },
  ]);
  process.stdout.write(`
Skiff is running. Three things to try next:

  ${root}/bin/skiff run -it --rm busybox sh                       a shell in a container
  ${root}/bin/skiff run -d --name clock busybox sh -c 'while date; do sleep 1; done' && ${root}/bin/skiff logs -f clock
  DOCKER_HOST=unix:///run/skiff.sock docker ps               the docker CLI against this daemon
`);
});
