import { CliError } from '../errors.ts';
import type { Terminal } from '../io/terminal.ts';

const HUB_NOTE = `Log in with your Docker ID or email address to push and pull images from Docker Hub. If you don't have a Docker ID, head over to https://hub.docker.com/ to create one.
You can log in with your password or a Personal Access Token (PAT). Using a limited-scope PAT grants better security and is required for organizations using SSO. Learn more at https://docs.docker.com/go/access-tokens/

`;
const ENTER = /[\r\n]/;
const INTERRUPT = '\x03';
const END = '\x04';
const ERASE = /[\b\x7f]/;

/** Asks on the terminal for what is missing. @throws CliError with docker's texts */
export async function askForCredentials(
  io: Terminal,
  given: { readonly username: string; readonly password: string; readonly isHub: boolean },
): Promise<{ username: string; password: string }> {
  let { username, password } = given;
  if (username !== '' && password !== '') return { username, password };
  if (!io.stdin.isTerminal) throw new CliError('Error: Cannot perform an interactive login from a non TTY device');
  const keys = io.stdin.chunks()[Symbol.asyncIterator]();
  if (given.isHub && username === '') await io.stdout.write(HUB_NOTE);
  if (username === '') username = (await ask(io, keys, 'Username: ', true)).trim();
  if (username === '') throw new CliError('Error: Non-null Username Required');
  if (password === '') password = await ask(io, keys, 'Password: ', false);
  if (password === '') throw new CliError('Error: Password Required');
  return { username, password };
}

/** One line, typed with the terminal in raw mode: what is secret is not shown. */
async function ask(io: Terminal, keys: AsyncIterator<Uint8Array>, question: string, isShown: boolean): Promise<string> {
  await io.stdout.write(question);
  const restore = io.stdin.makeRaw();
  const decoder = new TextDecoder();
  let line = '';
  try {
    for (;;) {
      const { done, value } = await keys.next();
      if (done === true) return line;
      for (const key of decoder.decode(value, { stream: true })) {
        if (key === INTERRUPT) throw new CliError('', 130);
        if (ENTER.test(key) || key === END) return line;
        if (ERASE.test(key)) {
          if (isShown && line !== '') await io.stdout.write('\b \b');
          line = Array.from(line).slice(0, -1).join('');
          continue;
        }
        line += key;
        if (isShown) await io.stdout.write(key);
      }
    }
  } finally {
    restore();
    await io.stdout.write('\n');
  }
}
