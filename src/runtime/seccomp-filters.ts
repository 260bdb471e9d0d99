import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ContainerId } from '../lib/ids.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import type { OciSpec } from './oci-spec.ts';
import { shortcutFilter } from './shortcut-filter.ts';

/** crun takes a compiled filter from this annotation; one that does not know it compiles the profile, which stays. */
const ANNOTATION = 'run.oci.seccomp_bpf_data';
const MOST_FILTERS = 64;

/**
 * Compiling the default profile takes crun 8 ms of the 20 that a container's creation takes. It leaves the compiled
 * filter in its state folder: from the second container with the same profile on, crun gets that, with shortcuts.
 */
export class SeccompFilters {
  readonly #byProfile = new Map<string, string>();

  /** The specification to run, with the compiled filter when there is one. */
  apply(spec: OciSpec, ociRuntime: string): OciSpec {
    const key = keyOf(spec, ociRuntime);
    const filter = key === undefined ? undefined : this.#byProfile.get(key);
    if (filter === undefined) return spec;
    return { ...spec, annotations: { ...spec.annotations, [ANNOTATION]: filter } };
  }

  /** Keeps what crun compiled for a container that was just created. */
  async learn(spec: OciSpec, ociRuntime: string, ociRoot: string, id: ContainerId): Promise<void> {
    const key = keyOf(spec, ociRuntime);
    if (key === undefined || this.#byProfile.has(key)) return;
    try {
      const filter = await readFile(join(ociRoot, id, 'seccomp.bpf'));
      if (filter.length === 0) return;
      if (this.#byProfile.size >= MOST_FILTERS) this.#byProfile.clear();
      this.#byProfile.set(key, shortcutFilter(filter).toString('base64'));
    } catch (error) {
      // A crun that keeps no such file compiles every time.
      if (!hasErrorCode(error, 'ENOENT')) throw error;
    }
  }
}

/** Filters are kept for one runtime only: another may be built with another libseccomp. */
function keyOf(spec: OciSpec, ociRuntime: string): string | undefined {
  const { seccomp } = spec.linux;
  if (seccomp === undefined || basename(ociRuntime) !== 'crun') return undefined;
  return createHash('sha256').update(ociRuntime).update(JSON.stringify(seccomp)).digest('base64');
}
