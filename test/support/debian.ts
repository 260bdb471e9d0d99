import { existsSync, mkdirSync, mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from './command.ts';
import { debianMirror } from './debian-mirror.ts';

const SUITE = 'bookworm';
/** Among what set-ups make, which no clean-up of a test takes away. */
const KEPT = fileURLToPath(new URL(`../../dist/debian-${SUITE}.tar`, import.meta.url));

/**
 * The archive of a small Debian root. Making one takes a minute and more: it is made once and kept, whole or not at
 * all; tests that come to it at the same time each make it, and the last one's stays.
 */
export async function debianArchive(): Promise<string> {
  if (existsSync(KEPT)) return KEPT;
  const scratch = mkdtempSync(join(tmpdir(), 'skiff-debian-'));
  try {
    const root = join(scratch, 'root');
    await mustRun('debootstrap', [
      '--variant=minbase',
      '--include=ca-certificates',
      SUITE,
      root,
      ...(await debianMirror(SUITE)),
    ]);
    await mustRun('sh', ['-c', 'rm -rf "$0"/var/cache/apt/archives/*.deb', root]);
    const kept = `${KEPT}.${process.pid}`;
    mkdirSync(join(KEPT, '..'), { recursive: true });
    await mustRun('tar', ['--xattrs', '--xattrs-include=*', '-C', root, '-cf', kept, '.']);
    renameSync(kept, KEPT);
    return KEPT;
  } finally {
    await mustRun('rm', ['-rf', scratch]);
  }
}
