import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, StepError } from './step.mjs';

/** Names the package-lock.json and the machine that node_modules was installed for; written when npm had ended well. */
const stampPath = join(root, 'node_modules/.skiff-installed');

function wantedStamp() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${process.arch}\n`;
}

export async function installNpmPackages() {
  const stamp = wantedStamp();
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) return 'all there';
  try {
    await run('npm', ['ci', '--no-audit', '--no-fund']);
  } catch (error) {
    throw new StepError(
      `npm ci failed: ${error.message}`,
      'see that the npm registry can be reached (npm ping), then run the command again',
    );
  }
  writeFileSync(stampPath, stamp);
  return 'installed';
}
