import { createVolume } from '../../client/volumes.ts';
import { atMost } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { toMap } from '../container/create-options/container-config.ts';
import * as check from '../container/create-options/validate.ts';
import { CliError } from '../errors.ts';
import { list, parsedList, string } from '../flags/kinds.ts';
import { CLUSTER_FLAG_NAMES, clusterFlags, clusterSpec } from './cluster-flags.ts';

export const command = defineCommand({
  usage: '[OPTIONS] [VOLUME]',
  args: atMost(1),
  flags: {
    ...clusterFlags,
    driver: string('Specify volume driver name', { short: 'd', initial: 'local' }),
    label: parsedList('Set metadata for a volume', check.label),
    name: string('Specify volume name', { hidden: true }),
    opt: list('Set driver specific options', { short: 'o', type: 'map', defaultText: 'map[]' }),
  },
  async run({ flags, args: [name = ''], changed, client, io }) {
    if (name !== '' && flags.name !== '') {
      throw new CliError(
        'conflicting options: cannot specify a volume-name through both --name and as a positional arg',
      );
    }
    const isCluster = CLUSTER_FLAG_NAMES.some((flag) => changed(flag));
    const created = await createVolume(client, {
      ...(isCluster ? { ClusterVolumeSpec: clusterSpec(flags) } : {}),
      ...(flags.driver === '' ? {} : { Driver: flags.driver }),
      ...given('DriverOpts', toMap(flags.opt)),
      ...given('Labels', toMap(flags.label)),
      ...(name === '' && flags.name === '' ? {} : { Name: name || flags.name }),
    });
    await io.stdout.write(`${created}\n`);
    return 0;
  },
});

/** docker leaves out what is empty. */
function given<K extends string>(field: K, map: Record<string, string>): { [P in K]?: Record<string, string> } {
  return Object.keys(map).length === 0 ? {} : ({ [field]: map } as { [P in K]?: Record<string, string> });
}
