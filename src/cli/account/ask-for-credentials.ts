import { CliError } from '../errors.ts';
import type { Terminal } from '../io/terminal.ts';

const HUB_NOTE = `Log in with your Docker ID or email address to push and pull images from Docker Hub. If you don't have a Docker ID, head over to https://hub.docker.com/ to create one.
You can log in with your password or a Personal Access Token (PAT). Using a limited-scope PAT grants better security and is required for organizations using SSO. Learn more at https://docs.docker.com/go/access-tokens/

`;
const ENTER = /[\r\n]/;
const INTERRUPT = '\x03';
const END = '\x04';
const ERASE = /[\b\x7f]/;

/** Asks on the terminal for what is missing. @throws CliError with docker's texts; interrupted, with its status 0 and none */
export async function askForCredentials(
  io: Terminal,
  given: { readonly username: string; readonly password: string; readonly isHub: boolean },
): Promise<{ username: string; password: string }> {
  let { username, password } = given;
  if (username !== '' && password !== '') return { username, password };
  if (!io.stdin.isTerminal) throw new CliError('Error: Cannot perform an interactive login from a non TTY device');
  const keys = keysOf(io.stdin.chunks());
  if (given.isHub && username === '') await io.stdout.write(HUB_NOTE);
  if (username === '') username = (await ask(io, keys, 'Username: ', true)).trim();
  if (username === '') throw new CliError('Error: Non-null Username Required');
  if (password === '') password = await ask(io, keys, 'Password: ', false);
  if (password === '') throw new CliError('Error: Password Required');
  return { username, password };
}

/** One by one: what was typed or pasted after a line belongs to the next question. */
async function* keysOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of chunks) yield* decoder.decode(chunk, { stream: true });
}

/** One line, typed with the terminal in raw mode, which it is in before anybody is asked: what is secret is not shown. */
async function ask(io: Terminal, keys: AsyncIterator<string>, question: string, isShown: boolean): Promise<string> {
  const restore = io.stdin.makeRaw();
  let line = '';
  try {
    await io.stdout.write(question);
    for (;;) {
      const { done, value: key } = await keys.next();
      if (done === true) return line;
      if (key === INTERRUPT) throw new CliError('', 0);
      if (ENTER.test(key) || key === END) return line;
      if (ERASE.test(key)) {
        if (isShown && line !== '') await io.stdout.write('\b \b');
        line = Array.from(line).slice(0, -1).join('');
        continue;
      }
      line += key;
      if (isShown) await io.stdout.write(key);
    }
  } finally {
    restore();
    await io.stdout.write('\n');
  }
}
