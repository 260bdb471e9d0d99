import { messageOf } from '../../errors/engine-error.ts';
import { atMost } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { forgetCredentials } from '../credentials/keep-credentials.ts';
import { HUB_SERVER, serverKey } from '../credentials/server-key.ts';

export const command = defineCommand({
  usage: '[SERVER]',
  description: 'Log out from a registry.\nIf no server is specified, the default is defined by the daemon.',
  args: atMost(1),
  flags: {},
  async run({ args: [server = ''], config, configFolder, io }) {
    const key = serverKey(server);
    // Old clients kept whole URLs.
    const keys = key === HUB_SERVER ? [key] : [...new Set([key, server, `http://${key}`, `https://${key}`])];
    await io.stdout.write(`Removing login credentials for ${key}\n`);
    try {
      forgetCredentials({ config, folder: configFolder }, key, keys);
    } catch (error) {
      await io.stderr.write(`${messageOf(error)}\n`);
    }
    return 0;
  },
});
