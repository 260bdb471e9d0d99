import { existsSync } from 'node:fs';
import { run, StepError } from './step.mjs';

/** What the engine runs on, by the names of Debian 12 and 13. */
const ENGINE_PACKAGES = [
  'ca-certificates',
  'busybox-static',
  'bzip2', // and xz-utils: archives that are loaded, imported and built from
  'conmon',
  'crun',
  'golang-github-containers-common', // the seccomp profile
  'iproute2',
  'libatomic1', // Node 26 is linked to it
  'nftables',
  'procps', // ps, for the processes of a container
  'util-linux', // nsenter, setpriv
  'tini', // the first process with `run --init`
  'xz-utils',
];

/** What only the test suite needs: counterparts to compare with. */
export const TEST_PACKAGES = [
  'e2fsprogs',
  'git',
  'iptables',
  'mmdebstrap',
  'python3-minimal',
  'skopeo',
  'tar',
  'xfsprogs',
  'zstd',
];

async function missingOf(names) {
  const known = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Abbrev}\n']);
  const installed = new Set([...known.matchAll(/^(\S+) ii\s*$/gm)].map((match) => match[1]));
  return names.filter((name) => !installed.has(name));
}

/** Installs with apt what is missing; does nothing when all is there. */
export async function installSystemPackages(extra = []) {
  if (!existsSync('/usr/bin/apt-get')) {
    throw new StepError(
      'this system has no apt-get',
      `install these by your system's package manager, then run the command again with SKIFF_SKIP_PACKAGES=1: ${ENGINE_PACKAGES.join(' ')}`,
    );
  }
  const missing = await missingOf([...ENGINE_PACKAGES, ...extra]);
  if (missing.length === 0) return 'all there';
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', ['update', '-qq'], { env });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env });
  } catch (error) {
    throw new StepError(
      `installing ${missing.join(' ')} failed: ${error.message}`,
      `see that apt works (apt-get update), then run the command again`,
    );
  }
  return `installed ${missing.join(' ')}`;
}
