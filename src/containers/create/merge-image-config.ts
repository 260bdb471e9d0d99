import type { ContainerConfig } from '../../api-types/container-config.ts';
import type { ImageRunConfig } from '../../images/image-store.ts';

function isEmpty(list: readonly unknown[] | null | undefined): boolean {
  return list === null || list === undefined || list.length === 0;
}

function nameOf(variable: string): string {
  return variable.split('=', 1)[0] ?? '';
}

/**
 * What the container is given wins over what its image says. An entrypoint of its own, also an empty one, sets the
 * image's command aside; variables of the image that it does not set come after its own.
 */
export function mergeImageConfig(asked: ContainerConfig, image: ImageRunConfig): ContainerConfig {
  // An empty one is not shown.
  const { ExposedPorts: exposedHere, ...given } = asked;
  const hasEntrypoint = !isEmpty(given.Entrypoint);
  const own = new Set((given.Env ?? []).map(nameOf));
  const inherited = (image.Env ?? []).filter((variable) => !own.has(nameOf(variable)));
  const env = [...(given.Env ?? []), ...inherited];
  const exposed = { ...image.ExposedPorts, ...exposedHere };
  const volumes = { ...image.Volumes, ...given.Volumes };
  const healthcheck = mergeHealthcheck(given.Healthcheck, image.Healthcheck);
  const stopSignal = given.StopSignal || image.StopSignal;
  return {
    ...given,
    User: given.User || (image.User ?? ''),
    Env: env.length === 0 ? given.Env : env,
    Cmd: !hasEntrypoint && isEmpty(given.Cmd) ? copy(image.Cmd) : given.Cmd,
    Entrypoint: given.Entrypoint ?? copy(image.Entrypoint),
    Volumes: Object.keys(volumes).length === 0 ? null : volumes,
    WorkingDir: given.WorkingDir || (image.WorkingDir ?? ''),
    Labels: { ...image.Labels, ...given.Labels },
    OnBuild: given.OnBuild ?? copy(image.OnBuild),
    ...(Object.keys(exposed).length === 0 ? {} : { ExposedPorts: exposed }),
    ...(healthcheck === undefined ? {} : { Healthcheck: healthcheck }),
    ...(stopSignal === undefined || stopSignal === '' ? {} : { StopSignal: stopSignal }),
  };
}

function copy(list: readonly string[] | null | undefined): string[] | null {
  return list === null || list === undefined ? null : [...list];
}

type Healthcheck = ContainerConfig['Healthcheck'];

/** Field by field: a test of its own keeps the image's times, and the other way round. */
function mergeHealthcheck(given: Healthcheck, image: ImageRunConfig['Healthcheck']): Healthcheck {
  // Its fields were checked when the image came in.
  const inherited = (image ?? undefined) as Healthcheck;
  if (given === undefined || inherited === undefined) return given ?? inherited;
  const own = Object.entries(given).filter(([, value]) => !isUnset(value));
  return { ...inherited, ...Object.fromEntries(own) };
}

function isUnset(value: readonly string[] | number | null): boolean {
  return value === null || value === 0 || (typeof value !== 'number' && value.length === 0);
}
