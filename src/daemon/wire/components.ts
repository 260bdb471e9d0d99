import { EngineError } from '../../errors/engine-error.ts';
import { runChild } from '../../sys/processes/child.ts';

export interface Component {
  readonly name: string;
  readonly version: string;
  readonly gitCommit: string;
}

/**
 * The programs that containers run by, as they answer to `--version`; those that are not installed are left out. Asked
 * once, when somebody wants to know: each is a child process.
 */
export function componentProbe(runtimes: ReadonlyMap<string, string>): () => Promise<readonly Component[]> {
  let answer: Promise<readonly Component[]> | undefined;
  const programs = new Map([['conmon', 'conmon'], ...runtimes]);
  return () => {
    answer ??= Promise.all([...programs].map(([name, path]) => probe(name, path))).then((found) => found.flat());
    return answer;
  };
}

async function probe(name: string, path: string): Promise<Component[]> {
  try {
    const { stdout } = await runChild(path, ['--version']);
    const version = / version (\S+)/.exec(stdout)?.[1] ?? '';
    const gitCommit = /^commit: (\S+)/m.exec(stdout)?.[1] ?? '';
    return [{ name, version, gitCommit: gitCommit === 'unknown' ? '' : gitCommit }];
  } catch (error) {
    // Not installed, or no answer: it is no part of this engine then.
    if (error instanceof EngineError) return [];
    throw error;
  }
}
