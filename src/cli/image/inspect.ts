import { encodePlatform } from '../../client/encode-platform.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { objectFormat } from '../flags/format.ts';
import { string } from '../flags/kinds.ts';
import { inspectAll } from '../format/inspect-output.ts';
import { findObject } from '../object/find.ts';

export const command = defineCommand({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  args: atLeast(1),
  flags: {
    format: objectFormat({ short: 'f' }),
    platform: string(
      [
        'Inspect a specific platform of the multi-platform image.',
        'If the image or the server is not multi-platform capable, the command will error out if the platform does not match.',
        "'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)",
      ].join('\n'),
    ),
  },
  async run({ flags, args, client, io }) {
    const query = { platform: encodePlatform(flags.platform) };
    const find = (reference: string) => findObject(client, 'image', reference, query);
    await inspectAll(args, flags.format, find, io.stdout);
    return 0;
  },
});
