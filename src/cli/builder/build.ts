import { rmSync, writeFileSync } from 'node:fs';
import { PROGRESS_HEADER } from '../../api-types/build.ts';
import type { ApiClient } from '../../client/api-client.ts';
import { buildImage } from '../../client/builds.ts';
import type { TransportResponse } from '../../client/transport.ts';
import { familiarReference, parseReference, withDefaultTag } from '../../lib/image-reference.ts';
import { exactly } from '../arguments.ts';
import { type Context, defineCommand } from '../command.ts';
import type { ConfigFile } from '../config-file.ts';
import { proxyEnvironment } from '../container/create-options/create-request.ts';
import { allCredentials } from '../credentials/all-credentials.ts';
import { CliError } from '../errors.ts';
import { pushReference } from '../image/push-image.ts';
import type { Output } from '../io/terminal.ts';
import { type BuildFlags, buildFlags } from './build-flags.ts';
import { buildQuery } from './build-query.ts';
import { openSource } from './build-source.ts';
import { exportResult, imagesToKeep } from './export-result.ts';
import { type NamedContexts, namedContexts } from './named-contexts.ts';
import { parseOutputs } from './parse-outputs.ts';
import { sendSecretsOf, sshSockets } from './secrets.ts';
import { type BuildShown, checkProgress, displayFor, showBuild } from './show-build.ts';

export const command = defineCommand({
  usage: '[OPTIONS] PATH | URL | -',
  args: exactly(1),
  flags: buildFlags,
  async run(context) {
    const { flags, client, io, config } = context;
    const outputs = await parseOutputs(outputTexts(flags));
    const names = [...flags.tag, ...outputs.flatMap((output) => (output.kind === 'image' ? output.names : []))];
    const isPushed = outputs.some((output) => output.kind === 'image' && output.push);
    if (isPushed && names.length === 0) throw new CliError('tag is needed when pushing to registry');
    // A build that fails must not leave the ID of an earlier one.
    if (flags.iidfile !== '') rmSync(flags.iidfile, { force: true });
    const kept = await imagesToKeep(client, outputs, names);
    const shown = await build(context, names);
    const id = flags.quiet ? shown.text.trim() : shown.id;
    const tellsSteps = shown.hasEvents && !['quiet', 'rawjson'].includes(flags.progress);
    if (id !== '' && tellsSteps) await io.stderr.write(resultText(id, names));
    if (id !== '') await exportResult(client, { id, names, kept }, outputs, io.stdout);
    if (isPushed)
      for (const name of new Set(names)) await push(client, config, name, flags.quiet ? undefined : io.stderr);
    if (flags.iidfile !== '' && id !== '') writeFileSync(flags.iidfile, id);
    if (flags['metadata-file'] !== '') writeFileSync(flags['metadata-file'], metadata(id, names));
    if (flags.quiet) await io.stdout.write(shown.text);
    return shown.hasPassed ? 0 : 1;
  },
});

/** `--push` is an output as well. */
function outputTexts({ output, push: isPushed }: Context<BuildFlags>['flags']): readonly string[] {
  return isPushed ? [...output, 'type=registry'] : output;
}

async function build(context: Context<BuildFlags>, names: readonly string[]): Promise<BuildShown> {
  const { flags, client, io } = context;
  checkProgress(flags.progress);
  const named = await namedContexts(client, flags['build-context']);
  try {
    const answer = await ask(context, names, named);
    return await showBuild(answer, displayFor(flags.quiet ? 'quiet' : flags.progress, io));
  } catch (error) {
    throw ofContext(error) ?? error;
  } finally {
    await named.close();
  }
}

/** What is wrong with the context is no fault of the connection on which it was sent. */
function ofContext(error: unknown): CliError | undefined {
  let at = error;
  while (at instanceof Error && !(at instanceof CliError)) at = at.cause;
  return at instanceof CliError ? at : undefined;
}

async function ask(
  context: Context<BuildFlags>,
  names: readonly string[],
  named: NamedContexts,
): Promise<TransportResponse> {
  const { flags, changed, args, client, io, config } = context;
  const [path = ''] = args;
  const source = await openSource(path, flags.file, io.stdin, named.folders);
  const secrets = await sendSecretsOf(client, flags.secret);
  const query = buildQuery(flags, changed, { ...source, proxies: proxyEnvironment(config, client.address) });
  const credentials = Buffer.from(JSON.stringify(await allCredentials(config, io.stderr))).toString('base64url');
  return await buildImage(client, {
    query: { ...query, t: names, namedcontexts: named.query, secrets, ssh: sshSockets(flags.ssh) },
    headers: { 'x-registry-config': padded(credentials), ...(flags.quiet ? {} : { [PROGRESS_HEADER]: 'events' }) },
    ...(source.body === undefined ? {} : { body: source.body }),
  });
}

async function push(client: ApiClient, config: ConfigFile, name: string, output: Output | undefined): Promise<void> {
  await pushReference(client, withDefaultTag(parseReference(name)), { config, output, platform: '' });
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
