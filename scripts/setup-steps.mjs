import { existsSync } from 'node:fs';
import { installNpmPackages } from './npm-packages.mjs';
import { nodeBinary, root, run, StepError } from './step.mjs';
import { installSystemPackages } from './system-packages.mjs';

function checkMachine() {
  if (process.platform !== 'linux')
    throw new StepError(`Skiff runs on Linux, not on ${process.platform}`, 'use a Linux machine or a virtual one');
  if (process.getuid() !== 0)
    throw new StepError('this needs root: it installs system packages and starts containers', 'run it again with sudo');
  if (!['x64', 'arm64'].includes(process.arch))
    throw new StepError(`no Node 26 is packaged for ${process.arch}`, 'use an x86-64 or arm64 machine');
  return `Linux ${process.arch}`;
}

async function checkNode() {
  const node = nodeBinary();
  if (!existsSync(node))
    throw new StepError(`${node} is missing`, 'run npm ci --include=optional, then the command again');
  return (await run(node, ['--version'])).trim();
}

/** What `npm run setup` does; idempotent, and each step leaves what is in order as it is. */
export function setupSteps({ extraPackages = [] } = {}) {
  return [
    { title: 'checking the machine', work: async () => checkMachine() },
    {
      title: 'system packages',
      work: () =>
        process.env.SKIFF_SKIP_PACKAGES === '1'
          ? 'left alone (SKIFF_SKIP_PACKAGES=1)'
          : installSystemPackages(extraPackages),
    },
    { title: 'npm packages', work: installNpmPackages },
    { title: 'Node for the daemon', work: checkNode },
    { title: 'compiling bin/skiff', work: () => runOwn('build.mjs') },
    { title: 'compiling bin/skiffd', work: compileDaemon },
    { title: 'default image', work: () => runOwn('make-busybox-image.mjs') },
  ];
}

/** The first start would otherwise take twice the time, and the daemon 25 MB more for as long as it runs. */
async function compileDaemon() {
  await run(`${root}/bin/skiffd`, ['--validate', '--config-file', '/dev/null']);
  await run(`${root}/bin/skiffd`, ['registry', '--validate']);
  return 'done';
}

async function runOwn(script) {
  const output = await run(process.execPath, [`${root}/scripts/${script}`]);
  return output.trim().split('\n').at(-1) || 'done';
}
