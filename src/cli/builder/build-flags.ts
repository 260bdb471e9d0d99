import { parseByteSize } from '../../lib/byte-size.ts';
import { parseReference } from '../../lib/image-reference.ts';
import { parseUlimit } from '../container/create-options/ulimit.ts';
import { extraHost } from '../container/create-options/validate.ts';
import type { FlagOptions } from '../flags/flag.ts';
import { bool, integer, list, parsed, parsedList, string } from '../flags/kinds.ts';

const bytes = (usage: string, short?: string) =>
  parsed('bytes', usage, parseByteSize, short === undefined ? {} : { short });

/** Values of one flag may stand in one word, with commas between them. */
const commaSeparated = (usage: string, options: FlagOptions = {}) => ({
  ...list(usage, { type: 'strings', ...options }),
  parse: (text: string, previous: readonly string[]) => [...previous, ...text.split(',')],
});

function tag(text: string): string {
  parseReference(text);
  return text;
}

/** Docker's, with Docker's words. */
const dockerFlags = {
  'add-host': parsedList('Add a custom host-to-IP mapping ("host:ip")', extraHost),
  'build-arg': list('Set build-time variables'),
  'cache-from': commaSeparated('Images to consider as cache sources'),
  'cgroup-parent': string('Set the parent cgroup for the "RUN" instructions during build'),
  compress: bool('Compress the build context using gzip'),
  'cpu-period': integer('Limit the CPU CFS (Completely Fair Scheduler) period'),
  'cpu-quota': integer('Limit the CPU CFS (Completely Fair Scheduler) quota'),
  'cpu-shares': integer('CPU shares (relative weight)', { short: 'c' }),
  'cpuset-cpus': string('CPUs in which to allow execution (0-3, 0,1)'),
  'cpuset-mems': string('MEMs in which to allow execution (0-3, 0,1)'),
  'disable-content-trust': bool('Skip image verification', { initial: true }),
  file: string('Name of the Dockerfile (Default is "PATH/Dockerfile")', { short: 'f' }),
  'force-rm': bool('Always remove intermediate containers'),
  iidfile: string('Write the image ID to the file'),
  isolation: string('Container isolation technology'),
  label: list('Set metadata for an image'),
  memory: bytes('Memory limit', 'm'),
  'memory-swap': parsed('bytes', 'Swap limit equal to memory plus swap: -1 to enable unlimited swap', (text) =>
    text === '-1' ? -1 : parseByteSize(text),
  ),
  network: string('Set the networking mode for the RUN instructions during build', { initial: 'default' }),
  'no-cache': bool('Do not use cache when building the image'),
  platform: string('Set platform if server is multi-platform capable', {
    initial: process.env.DOCKER_DEFAULT_PLATFORM ?? '',
  }),
  pull: bool('Always attempt to pull a newer version of the image'),
  quiet: bool('Suppress the build output and print image ID on success', { short: 'q' }),
  rm: bool('Remove intermediate containers after a successful build', { initial: true }),
  'security-opt': commaSeparated('Security options'),
  'shm-size': bytes('Size of "/dev/shm"'),
  squash: bool('Squash newly built layers into a single new layer'),
  tag: parsedList('Name and optionally a tag in the "name:tag" format', tag, { short: 't' }),
  target: string('Set the target build stage to build.'),
  ulimit: parsedList('Ulimit options', parseUlimit, { type: 'ulimit', defaultText: '[]' }),
};

/** Those of docker's buildx that mean something here, and our own. */
const furtherFlags = {
  annotation: list('Add an annotation to the image'),
  'build-context': list('Additional build contexts (e.g., name=path)'),
  'cache-to': list('Cache export destinations (format: "type=inline")'),
  check: bool('Look for mistakes in the Dockerfile, and build nothing'),
  'keep-failed': bool('Leave an image of a failed RUN to look into'),
  load: bool('Keep the image on this host, as it is by default'),
  'metadata-file': string('Write build result metadata to a file'),
  'no-cache-filter': commaSeparated('Do not cache specified stages'),
  output: list('Output destination (format: "type=local,dest=path")', { short: 'o' }),
  progress: string('Set type of progress output ("auto", "plain", "quiet", "rawjson", "tty")', { initial: 'auto' }),
  push: bool('Shorthand for "--output=type=registry"'),
  reproducible: bool('Take times that depend on the day out of the layers'),
  secret: list('Secret to expose to the build (format: "id=mysecret[,src=/local/secret]")'),
  ssh: list('SSH agent socket to expose to the build (format: "default|<id>[=<socket>]")'),
};

export const buildFlags = { ...dockerFlags, ...furtherFlags };
export type BuildFlags = typeof buildFlags;
