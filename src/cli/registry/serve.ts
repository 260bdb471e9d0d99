import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { noArguments } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';

const texts = {
  addr: string('Address to listen on', { type: 'host:port', defaultText: '"127.0.0.1:5000"' }),
  root: string('Folder that holds what is pushed', { type: 'path', defaultText: '"/var/lib/skiff-registry"' }),
  htpasswd: string('File of users with bcrypt passwords (htpasswd -B)', { type: 'path' }),
  'tls-cert': string('Certificate for TLS, with its chain', { type: 'path' }),
  'tls-key': string('Private key of the certificate', { type: 'path' }),
  proxy: string('Registry whose images are served from here once they were pulled', { type: 'url' }),
  'proxy-username': string('Name by which that registry is asked', { type: 'name' }),
  'proxy-password-file': string('File with the password of that name', { type: 'path' }),
  'proxy-ttl': string('How long what nobody asks for stays in the cache, 0 for ever', {
    type: 'duration',
    defaultText: '168h',
  }),
  'proxy-keep-storage': string('How much the cache keeps: what was used longest ago goes first (default: everything)', {
    type: 'bytes',
  }),
  'gc-interval': string('How often garbage is collected, 0 for never', { type: 'duration', defaultText: '1h' }),
  'gc-grace': string('How long content that no image refers to is kept', { type: 'duration', defaultText: '1h' }),
  'upload-expiry': string('How long an upload that stands still is kept', { type: 'duration', defaultText: '24h' }),
};

export const command = defineCommand({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    ...texts,
    'read-only': bool('Refuse to take or delete anything'),
    'log-requests': bool('Log every request'),
  },
  async run({ flags, changed }) {
    const names = Object.keys(texts) as (keyof typeof texts)[];
    const given = names.filter(changed).map((name) => `--${name}=${flags[name]}`);
    const switches = (['read-only', 'log-requests'] as const).filter((name) => flags[name]);
    becomeServer([...given, ...switches.map((name) => `--${name}`)]);
    return 0;
  },
});

/** The server is a program of the daemon's: this process becomes it, and signals and exit status are its own from here. */
function becomeServer(options: readonly string[]): void {
  const program = join(dirname(dirname(process.execPath)), 'bin', 'skiffd');
  if (!existsSync(program)) throw new CliError(`${program} is missing: the registry is served by it`);
  if (process.execve === undefined) throw new CliError('the registry cannot be started on this system');
  process.execve(program, [program, 'registry', ...options], process.env);
}
