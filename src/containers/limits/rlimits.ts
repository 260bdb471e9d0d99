import type { HostConfig } from '../../api-types/host-config.ts';
import { internalError } from '../../errors/engine-error.ts';
import type { OciProcess } from '../../runtime/oci-spec.ts';

const NAMES = new Set(
  'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(' '),
);

/** @throws internal for an unknown limit, as Docker does when the container starts. */
export function rlimitsOf(ulimits: HostConfig['Ulimits']): NonNullable<OciProcess['rlimits']> {
  return (ulimits ?? []).map(({ Name: name, Soft: soft, Hard: hard }) => {
    if (!NAMES.has(name)) {
      throw internalError(`failed to create task for container: wrong rlimit value: RLIMIT_${name.toUpperCase()}`);
    }
    return { type: `RLIMIT_${name.toUpperCase()}`, soft, hard };
  });
}
