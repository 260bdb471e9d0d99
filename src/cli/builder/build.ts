import { writeFileSync } from 'node:fs';
import { PROGRESS_HEADER } from '../../api-types/build.ts';
import { buildImage } from '../../client/builds.ts';
import type { TransportResponse } from '../../client/transport.ts';
import { familiarReference, parseReference, withDefaultTag } from '../../lib/image-reference.ts';
import { exactly } from '../arguments.ts';
import { type Context, defineCommand } from '../command.ts';
import { proxyEnvironment } from '../container/create-options/create-request.ts';
import { allCredentials } from '../credentials/all-credentials.ts';
import { type BuildFlags, buildFlags } from './build-flags.ts';
import { buildQuery } from './build-query.ts';
import { openSource } from './build-source.ts';
import { exportResult, parseOutputs } from './export-result.ts';
import { namedContexts } from './named-contexts.ts';
import { sendSecretsOf, sshSockets } from './secrets.ts';
import { displayFor, showBuild } from './show-build.ts';

export const command = defineCommand({
  usage: '[OPTIONS] PATH | URL | -',
  args: exactly(1),
  flags: buildFlags,
  async run(context) {
    const { flags, client, io } = context;
    const outputs = await parseOutputs(flags.output);
    const display = displayFor(flags.quiet ? 'quiet' : flags.progress, io);
    const shown = await showBuild(await ask(context), display);
    const id = flags.quiet ? shown.text.trim() : shown.id;
    const tellsSteps = shown.hasEvents && !['quiet', 'rawjson'].includes(flags.progress);
    if (id !== '' && tellsSteps) await io.stderr.write(resultText(id, flags.tag));
    if (flags.iidfile !== '') writeFileSync(flags.iidfile, id);
    if (flags['metadata-file'] !== '') writeFileSync(flags['metadata-file'], metadata(id, flags.tag));
    if (id !== '') await exportResult(client, { id, names: flags.tag }, outputs, io.stdout);
    if (flags.quiet) await io.stdout.write(shown.text);
    return shown.hasPassed ? 0 : 1;
  },
});

async function ask(context: Context<BuildFlags>): Promise<TransportResponse> {
  const { flags, changed, args, client, io, config } = context;
  const [path = ''] = args;
  const named = namedContexts(flags['build-context']);
  const source = await openSource(path, flags.file, io.stdin, named.folders);
  const secrets = await sendSecretsOf(client, flags.secret);
  const query = buildQuery(flags, changed, { ...source, proxies: proxyEnvironment(config, client.address) });
  const credentials = Buffer.from(JSON.stringify(allCredentials(config))).toString('base64url');
  return await buildImage(client, {
    query: { ...query, namedcontexts: named.query, secrets, ssh: sshSockets(flags.ssh) },
    headers: { 'x-registry-config': padded(credentials), ...(flags.quiet ? {} : { [PROGRESS_HEADER]: 'events' }) },
    ...(source.body === undefined ? {} : { body: source.body }),
  });
}

/** Beside the steps: the standard output may be an archive. */
function resultText(id: string, names: readonly string[]): string {
  const tagged = new Set(names.map((name) => familiarReference(withDefaultTag(parseReference(name)))));
  return [`built ${id}`, ...[...tagged].map((name) => `tagged ${name}`)]
    .map((line) => `Successfully ${line}\n`)
    .join('');
}

/** As Go writes it. */
function padded(base64: string): string {
  return base64.padEnd(Math.ceil(base64.length / 4) * 4, '=');
}

function metadata(id: string, names: readonly string[]): string {
  const values = { 'containerimage.config.digest': id, 'containerimage.digest': id, 'image.name': names.join(',') };
  return `${JSON.stringify(values, null, 2)}\n`;
}
