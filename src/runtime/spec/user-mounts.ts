import type { OciMount } from '../oci-spec.ts';

/**
 * The engine's own mounts and the user's, which take the place of those that they cover: a `/dev` of the user's also of
 * all that is below it. Files of the engine's own in a folder that the user mounts come after it, as do inner ones after
 * outer ones.
 */
export function overriding(own: readonly OciMount[], users: readonly OciMount[]): OciMount[] {
  if (users.length === 0) return [...own];
  const places = new Set(users.map(({ destination }) => destination));
  const kept = own.filter(
    ({ destination }) => !places.has(destination) && !(places.has('/dev') && destination.startsWith('/dev/')),
  );
  const [files, fileSystems] = [kept.filter(({ type }) => type === 'bind'), kept.filter(({ type }) => type !== 'bind')];
  return [...fileSystems, ...[...files, ...users].sort((a, b) => depthOf(a) - depthOf(b))];
}

function depthOf({ destination }: OciMount): number {
  return destination.split('/').filter(Boolean).length;
}
