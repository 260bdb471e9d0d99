import type { ApiClient } from '../../client/api-client.ts';
import { getText } from '../../client/system.ts';
import { noArguments } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError, describe } from '../errors.ts';
import { objectFormat } from '../flags/format.ts';
import { clientVersion } from './client-version.ts';
import { type Info, serverInfoText } from './info-text.ts';

export const command = defineCommand({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: { format: objectFormat({ short: 'f' }) },
  async run({ flags, client, io }) {
    if (flags.format !== '') return await showByTemplate(flags.format, client, io.stdout);
    const { text, error } = await askServer(client);
    const info = text === undefined ? undefined : (JSON.parse(text) as Info);
    await io.stdout.write(clientText(client) + (info === undefined ? '' : serverInfoText(info)));
    if (error !== undefined) throw new CliError(describe(error), 1, { cause: error });
    for (const warning of info?.Warnings ?? []) await io.stderr.write(`${warning}\n`);
    return 0;
  },
});

async function showByTemplate(
  format: string,
  client: ApiClient,
  out: { write(text: string): Promise<void> },
): Promise<number> {
  const { parseObjectTemplate, renderTyped } = await import('../format/object-template.ts');
  const { infoType } = await import('../format/typed/info-types.ts');
  const template = parseObjectTemplate(format === 'json' ? '{{json .}}' : format);
  const { text, error } = await askServer(client);
  const { ApiVersion: _negotiated, ...own } = clientVersion(client);
  const extra = JSON.stringify({ ClientInfo: { Debug: false, ...own, Plugins: [], Warnings: null } });
  // Both are objects: the client's words follow the server's in one.
  const whole = text === undefined ? extra : `${text.trimEnd().slice(0, -1)},${extra.slice(1)}`;
  await renderTyped(template, whole, infoType, out);
  if (error !== undefined) throw new CliError(describe(error), 1, { cause: error });
  return 0;
}

async function askServer(client: ApiClient): Promise<{ text?: string; error?: unknown }> {
  try {
    return { text: await getText(client, '/info') };
  } catch (error) {
    return { error };
  }
}

function clientText(client: ApiClient): string {
  const { Version, Context } = clientVersion(client);
  return `Client:\n Version:    ${Version}\n Context:    ${Context}\n Debug Mode: false\n\nServer:\n`;
}
