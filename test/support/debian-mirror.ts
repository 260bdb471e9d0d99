import { mustRun } from './command.ts';

/** Where this host's apt gets a suite of Debian from, which may be near; empty for the tool's own default. */
export async function debianMirror(suite: string): Promise<string[]> {
  const targets = await mustRun('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI) $(CODENAME)',
    'Created-By: Packages',
  ]);
  const [, found] = new RegExp(`^(\\S+) ${suite}$`, 'm').exec(targets) ?? [];
  return found === undefined ? [] : [found];
}
