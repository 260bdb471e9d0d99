import { internalError } from '../../errors/engine-error.ts';
import { findExecutable } from '../../runtime/find-executable.ts';

/** Linked statically, all of them: they run in whatever root file system a container has. */
const PROGRAMS = ['docker-init', 'tini-static', 'catatonit'];

/** Where on this host the first process of a container with `--init` is. @throws internal when none is installed. */
export function initProgram(): string {
  for (const name of PROGRAMS) {
    try {
      return findExecutable(name);
    } catch {
      // Not installed: the next one does the same.
    }
  }
  throw internalError(
    `exec: "docker-init": executable file not found in $PATH: --init needs one of ${PROGRAMS.join(', ')} (Debian's package tini)`,
  );
}
