import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root, run } from './step.mjs';

const folder = `${root}/dist/test-programs`;

/**
 * Unpacks Debian's `docker-registry`, the counterpart of the tests of registries, beside the compiled programs. It is
 * not installed: its package would start a server of its own on machines with systemd.
 */
export async function fetchTestPrograms() {
  if (existsSync(`${folder}/usr/bin/docker-registry`)) return 'all there';
  if (process.env.SKIFF_SKIP_PACKAGES === '1') return 'left alone (SKIFF_SKIP_PACKAGES=1)';
  await mkdir(`${root}/dist`, { recursive: true });
  const temporary = await mkdtemp(`${root}/dist/test-programs-`);
  try {
    await download(temporary);
    const [archive] = (await readdir(temporary)).filter((name) => name.endsWith('.deb'));
    await run('dpkg-deb', ['-x', join(temporary, archive), `${temporary}/unpacked`]);
    await rm(folder, { recursive: true, force: true });
    await rename(`${temporary}/unpacked`, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return 'docker-registry';
}

/** Lists of packages may be missing or old. */
async function download(cwd) {
  const get = () => run('apt-get', ['download', '-qq', 'docker-registry'], { cwd });
  try {
    await get();
  } catch {
    await run('apt-get', ['update', '-qq']); // the second failure is the one to tell of
    await get();
  }
}
