import type { ApiClient } from '../../client/api-client.ts';
import { ApiError } from '../../client/api-error.ts';
import { type LoginAnswer, login, type RegistryAuth } from '../../client/registries.ts';
import { atMost } from '../arguments.ts';
import { type Context, defineCommand } from '../command.ts';
import { credentialsOrNone } from '../credentials/credentials-or-none.ts';
import { keepCredentials } from '../credentials/keep-credentials.ts';
import { HUB_SERVER, serverKey } from '../credentials/server-key.ts';
import { CliError } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';
import type { Terminal } from '../io/terminal.ts';
import { askForCredentials } from './ask-for-credentials.ts';

const flags = {
  password: string('Password or Personal Access Token (PAT)', { short: 'p' }),
  'password-stdin': bool('Take the Password or Personal Access Token (PAT) from stdin'),
  username: string('Username', { short: 'u' }),
};

type LoginContext = Context<typeof flags>;

export const command = defineCommand({
  usage: '[OPTIONS] [SERVER]',
  description: 'Authenticate to a registry.\nDefaults to Docker Hub if no server is specified.',
  args: atMost(1),
  flags,
  async run(context) {
    const { io, args } = context;
    const given = await givenCredentials(context);
    const key = serverKey(args[0] ?? '');
    const isGiven = given.username !== '' || given.password !== '';
    const answer = (isGiven ? undefined : await withKept(context, key)) ?? (await withNew(context, key, given));
    if (answer.Status !== '') await io.stdout.write(`${answer.Status}\n`);
    return 0;
  },
});

interface Given {
  readonly username: string;
  readonly password: string;
}

async function givenCredentials({ flags: values, changed, io }: LoginContext): Promise<Given> {
  if (changed('password')) {
    if (values['password-stdin']) {
      throw new CliError('conflicting options: cannot specify both --password and --password-stdin');
    }
    await io.stderr.write('WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n');
  }
  if (!values['password-stdin']) return { username: values.username, password: values.password };
  if (values.username === '') throw new CliError('the --password-stdin option requires --username to be set');
  return { username: values.username, password: (await readAll(io)).replace(/\r?\n$/, '') };
}

async function readAll({ stdin }: Terminal): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stdin.chunks()) text += decoder.decode(chunk, { stream: true });
  return text;
}

/** What is kept already may still do. */
async function withKept(
  { client, config, configFolder, io, programName }: LoginContext,
  key: string,
): Promise<LoginAnswer | undefined> {
  const kept = await credentialsOrNone(config, key, io.stderr);
  if (!kept.username && !kept.identitytoken) return undefined;
  const name = kept.username ? ` [Username: ${kept.username}]` : '';
  await io.stderr.write(`Authenticating with existing credentials...${name}\n`);
  const advice = `To login with a different account, run '${programName} logout' followed by '${programName} login'`;
  await io.stderr.write(`\n Info -> ${advice}\n\n\n`);
  try {
    const { answer, kept: proven } = await prove(client, { ...kept, serveraddress: key });
    keepCredentials({ config, folder: configFolder }, key, proven);
    return answer;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    await io.stderr.write(`Login did not succeed, error: Error response from daemon: ${error.message}\n`);
    return undefined;
  }
}

async function withNew(context: LoginContext, key: string, given: Given): Promise<LoginAnswer> {
  const { client, config, configFolder, io } = context;
  const auth = await askForCredentials(io, { ...given, isHub: key === HUB_SERVER });
  const { answer, kept } = await prove(client, { ...auth, serveraddress: key });
  if (keepCredentials({ config, folder: configFolder }, key, kept)) {
    await io.stderr.write(unencrypted(`${configFolder}/config.json`));
  }
  return answer;
}

async function prove(client: ApiClient, auth: RegistryAuth): Promise<{ answer: LoginAnswer; kept: RegistryAuth }> {
  const answer = await login(client, auth);
  const { IdentityToken = '' } = answer;
  return { answer, kept: IdentityToken === '' ? auth : { ...auth, password: '', identitytoken: IdentityToken } };
}

function unencrypted(path: string): string {
  return `
WARNING! Your credentials are stored unencrypted in '${path}'.
Configure a credential helper to remove this warning. See
https://docs.docker.com/go/credential-store/

`;
}
