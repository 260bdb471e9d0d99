import type { OciMount } from '../oci-spec.ts';

/**
 * The engine's own mounts, without those that the user's replace, and then the user's, the outer before the inner. A
 * `/dev` of the user's takes the place of all that is below it, too.
 */
export function overriding(own: readonly OciMount[], users: readonly OciMount[]): OciMount[] {
  const places = new Set(users.map(({ destination }) => destination));
  const kept = own.filter(
    ({ destination }) => !places.has(destination) && !(places.has('/dev') && destination.startsWith('/dev/')),
  );
  return [...kept, ...users.toSorted((a, b) => depthOf(a) - depthOf(b))];
}

function depthOf({ destination }: OciMount): number {
  return destination.split('/').filter(Boolean).length;
}
