import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, StepError } from './step.mjs';

/** True when node_modules holds exactly what package-lock.json names for this machine. */
function isInstalled() {
  const installedLock = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedLock)) return false;
  const installed = JSON.parse(readFileSync(installedLock, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    if (entry.optional && installed[path] === undefined) return !isForThisMachine(entry);
    return installed[path]?.version === entry.version && existsSync(join(root, path, 'package.json'));
  });
}

/** Whether an optional package is meant for this processor and C library; packages for others are left out by npm. */
function isForThisMachine(entry) {
  const fits = (list, own) => list === undefined || list.includes(own);
  const glibc = process.report.getReport().header.glibcVersionRuntime !== undefined;
  return fits(entry.os, 'linux') && fits(entry.cpu, process.arch) && fits(entry.libc, glibc ? 'glibc' : 'musl');
}

export async function installNpmPackages() {
  if (isInstalled()) return 'all there';
  try {
    await run('npm', ['ci', '--no-audit', '--no-fund']);
  } catch (error) {
    throw new StepError(
      `npm ci failed: ${error.message}`,
      'see that the npm registry can be reached (npm ping), then run the command again',
    );
  }
  return 'installed';
}
