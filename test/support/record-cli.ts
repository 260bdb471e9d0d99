// Asks the docker CLI, against the recorded daemon, for what the fixtures expect; run after a change of theirs:
//   node test/support/record-cli.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { cliEnvironment, type RecordedCommand, type RecordedTemplate } from './cli-fixtures.ts';
import { runCommand } from './command.ts';
import { startReplayServer } from './replay-server.ts';

const fixtures = new URL('../fixtures/cli/', import.meta.url);
const server = await startReplayServer(new URL('api.json', fixtures));

async function docker(args: readonly string[], input = '') {
  return await runCommand('docker', ['-H', server.host, ...args], { input, env: cliEnvironment });
}

function update<T>(name: string, record: (items: T[]) => Promise<unknown[]>): Promise<void> {
  const file = new URL(name, fixtures);
  const items = JSON.parse(readFileSync(file, 'utf8')) as T[];
  return record(items).then((recorded) => writeFileSync(file, `${JSON.stringify(recorded, undefined, 1)}\n`));
}

await update<RecordedCommand>('commands.json', async (commands) => {
  const recorded = [];
  for (const { args, input, from } of commands) {
    const { status, stdout, stderr } = await docker(args, input);
    const shown = from === undefined ? stdout : stdout.slice(stdout.indexOf(from));
    recorded.push({ args, input, from, status, stdout: shown, stderr: stderr.replaceAll(server.host, 'HOST') });
  }
  return recorded;
});

await update<RecordedTemplate>('inspect-templates.json', async (templates) => {
  const recorded = [];
  for (const { template } of templates) {
    const { status, stdout, stderr } = await docker(['inspect', '-f', template, 'web-one']);
    recorded.push({ template, status, stdout, stderr });
  }
  return recorded;
});

await server.close();
