import type { QueryValue } from '../../client/api-client.ts';
import { CliError } from '../errors.ts';
import type { FlagValues } from '../flags/flag.ts';
import type { BuildFlags } from './build-flags.ts';

/** What is asked of the daemon, as docker asks it: what was not given is left out. */
export function buildQuery(
  flags: FlagValues<BuildFlags>,
  changed: (flag: keyof BuildFlags) => boolean,
  extra: { readonly dockerfile: string; readonly remote: string | undefined; readonly proxies: readonly string[] },
): Record<string, QueryValue> {
  return {
    buildargs: json(
      buildArguments([
        ...extra.proxies,
        ...cacheArguments(flags['cache-to']),
        ...epochArguments(),
        ...flags['build-arg'],
      ]),
    ),
    cachefrom: flags['cache-from'].length === 0 ? undefined : JSON.stringify(flags['cache-from']),
    cgroupparent: flags['cgroup-parent'] || undefined,
    cpuperiod: flags['cpu-period'] || undefined,
    cpuquota: flags['cpu-quota'] || undefined,
    cpusetcpus: flags['cpuset-cpus'] || undefined,
    cpusetmems: flags['cpuset-mems'] || undefined,
    cpushares: flags['cpu-shares'] || undefined,
    dockerfile: extra.dockerfile || undefined,
    extrahosts: flags['add-host'],
    forcerm: flags['force-rm'] ? 1 : undefined,
    isolation: flags.isolation || undefined,
    labels: json(labels(flags.label)),
    memory: flags.memory || undefined,
    memswap: flags['memory-swap'] || undefined,
    networkmode: changed('network') && flags.network !== 'default' ? flags.network : undefined,
    nocache: flags['no-cache'] ? 1 : undefined,
    platform: flags.platform.toLowerCase() || undefined,
    pull: flags.pull ? 1 : undefined,
    q: flags.quiet ? 1 : undefined,
    remote: extra.remote,
    rm: flags.rm ? undefined : 0,
    securityopt: flags['security-opt'],
    shmsize: flags['shm-size'] || undefined,
    squash: flags.squash ? 1 : undefined,
    t: flags.tag,
    target: flags.target || undefined,
    ulimits: flags.ulimit.length === 0 ? undefined : JSON.stringify(flags.ulimit),
    version: 1,
    ...furtherQuery(flags),
  };
}

/** What docker's classic builder knows nothing of. */
function furtherQuery(flags: FlagValues<BuildFlags>): Record<string, QueryValue> {
  return {
    annotations: json(labels(flags.annotation.map(annotationOf))),
    check: flags.check ? 1 : undefined,
    keepfailed: flags['keep-failed'] ? 1 : undefined,
    nocachefilter: flags['no-cache-filter'],
    reproducible: flags.reproducible ? 1 : undefined,
  };
}

/**
 * `key=value`, or with buildx's words for where it goes before it: `manifest,index[linux/amd64]:key=value`. A build here has
 * one manifest, and no index. @throws CliError where no manifest is meant
 */
function annotationOf(text: string): string {
  const kind = '(?:manifest|index|manifest-descriptor|index-descriptor)(?:\\[[^\\]]*\\])?';
  const [, kinds, annotation = ''] = new RegExp(`^(${kind}(?:,${kind})*):(.*)$`, 's').exec(text) ?? [];
  if (kinds === undefined) return text;
  if (/(^|,)manifest(\[|,|$)/.test(kinds)) return annotation;
  throw new CliError(`${kinds} annotations not supported for single platform export`);
}

/** As with buildx, the environment's counts as well: build systems set it for all that they make. */
function epochArguments(): string[] {
  const epoch = process.env.SOURCE_DATE_EPOCH ?? '';
  return epoch === '' ? [] : [`SOURCE_DATE_EPOCH=${epoch}`];
}

/** The image itself is the only place that the cache is written to. @throws CliError for all others */
function cacheArguments(places: readonly string[]): string[] {
  for (const place of places) {
    if (place === 'inline' || place.split(',').includes('type=inline')) continue;
    throw new CliError(`unsupported cache export ${JSON.stringify(place)}: the image itself can have it (type=inline)`);
  }
  return places.length === 0 ? [] : ['BUILDKIT_INLINE_CACHE=1'];
}

function json(map: Readonly<Record<string, string | null>>): string | undefined {
  const entries = Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : JSON.stringify(Object.fromEntries(entries));
}

/** `NAME=value`; a name alone has the environment's value, and none without one. */
function buildArguments(args: readonly string[]): Record<string, string | null> {
  const map: Record<string, string | null> = {};
  for (const argument of args) {
    const equals = argument.indexOf('=');
    if (equals < 0) map[argument] = process.env[argument] ?? null;
    else map[argument.slice(0, equals)] = argument.slice(equals + 1);
  }
  return map;
}

function labels(pairs: readonly string[]): Record<string, string> {
  const map: Record<string, string> = {};
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    map[equals < 0 ? pair : pair.slice(0, equals)] = equals < 0 ? '' : pair.slice(equals + 1);
  }
  return map;
}
