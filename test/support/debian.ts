import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from './command.ts';
import { debianMirror } from './debian-mirror.ts';

export const DEBIAN_SUITE = 'bookworm';
/** Among what set-ups make, which no clean-up of a test takes away. */
const KEPT = fileURLToPath(new URL('../../dist/', import.meta.url));

/** Whoever comes second waits, and finds it made. What a killed run has left half-made is overwritten. */
const MAKE = 'made=$1; shift; test -e "$0" || { "$@" && mv "$made" "$0"; }';

/**
 * The archive of a small Debian root, with these packages in it. Making one takes a minute and more: it is made once
 * for all tests and all later runs, by whoever needs it first, whole or not at all.
 */
export async function debianArchive(packages: readonly string[] = []): Promise<string> {
  const name = ['debian', DEBIAN_SUITE, ...packages].join('-');
  const [path, unfinished] = [join(KEPT, `${name}.tar`), join(KEPT, `${name}.unfinished.tar`)];
  const include = ['ca-certificates', ...packages].join(',');
  const leaner = '--dpkgopt=path-exclude=/usr/share/{doc,man,locale}/*';
  const options = ['--mode=root', '--variant=minbase', '--quiet', leaner, `--include=${include}`];
  const make = ['mmdebstrap', ...options, DEBIAN_SUITE, unfinished, ...(await debianMirror(DEBIAN_SUITE))];
  mkdirSync(KEPT, { recursive: true });
  await mustRun('flock', [`${path}.lock`, 'sh', '-c', MAKE, path, unfinished, ...make]);
  return path;
}
