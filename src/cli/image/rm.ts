import { ApiError } from '../../client/api-error.ts';
import { removeImage } from '../../client/images.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError, describe } from '../errors.ts';
import { bool, list } from '../flags/kinds.ts';

export const command = defineCommand({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  args: atLeast(1),
  flags: {
    force: bool('Force removal of the image', { short: 'f' }),
    'no-prune': bool('Do not delete untagged parents'),
    platform: list('Remove only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")', {
      type: 'strings',
    }),
  },
  async run({ flags, args, client, io }) {
    const failures: string[] = [];
    let isFatal = !flags.force;
    for (const image of args) {
      try {
        const removed = await removeImage(client, image, {
          force: flags.force,
          noPrune: flags['no-prune'],
          platforms: flags.platform.flatMap((one) => one.split(',')),
        });
        const lines = removed.map((one) =>
          'Deleted' in one ? `Deleted: ${one.Deleted}\n` : `Untagged: ${one.Untagged}\n`,
        );
        await io.stdout.write(lines.join(''));
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 404)) isFatal = true;
        failures.push(describe(error));
      }
    }
    if (failures.length === 0) return 0;
    if (isFatal) throw new CliError(failures.join('\n'));
    await io.stderr.write(`${failures.join('\n')}\n`);
    return 0;
  },
});
