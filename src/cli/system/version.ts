import type { ApiClient } from '../../client/api-client.ts';
import { getText } from '../../client/system.ts';
import { noArguments } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError, describe } from '../errors.ts';
import { objectFormat } from '../flags/format.ts';
import { ansiTime } from '../format/local-time.ts';
import { alignColumns } from '../format/tabwriter.ts';
import { type ClientVersion, clientVersion } from './client-version.ts';

interface ServerVersion {
  readonly Platform?: { readonly Name: string };
  readonly Components?: readonly Component[] | null;
  readonly Version: string;
  readonly ApiVersion: string;
  readonly MinAPIVersion?: string;
  readonly GitCommit: string;
  readonly GoVersion: string;
  readonly Os: string;
  readonly Arch: string;
  readonly BuildTime?: string;
  readonly Experimental?: boolean;
}

interface Component {
  readonly Name: string;
  readonly Version: string;
  readonly Details?: Readonly<Record<string, string>> | null;
}

export const command = defineCommand({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: { format: objectFormat({ short: 'f' }) },
  async run({ flags, client, io }) {
    const format = flags.format === 'json' ? '{{json .}}' : flags.format;
    const template =
      format === '' ? undefined : (await import('../format/object-template.ts')).parseObjectTemplate(format, 'version');
    const { server, error } = await askServer(client);
    const own = clientVersion(client);
    if (template === undefined)
      await io.stdout.write(clientText(own) + (server === undefined ? '' : serverText(server)));
    else {
      const { renderTyped } = await import('../format/object-template.ts');
      const { versionType } = await import('../format/typed/version-types.ts');
      const text = JSON.stringify({ Client: own, Server: server ?? null });
      await renderTyped(template, text, versionType, io.stdout);
    }
    if (error !== undefined) throw new CliError(describe(error), 1, { cause: error });
    return 0;
  },
});

/** The client's half is shown whether the daemon answers or not. */
async function askServer(client: ApiClient): Promise<{ server?: ServerVersion; error?: unknown }> {
  try {
    const server = JSON.parse(await getText(client, '/version')) as ServerVersion;
    return { server: withReadableTimes(withComponents(server)) };
  } catch (error) {
    return { error };
  }
}

/** Old daemons do not list what they consist of. */
function withComponents(server: ServerVersion): ServerVersion {
  if (server.Components && server.Components.length > 0) return server;
  const details = {
    ApiVersion: server.ApiVersion,
    MinAPIVersion: server.MinAPIVersion ?? '',
    GitCommit: server.GitCommit,
    GoVersion: server.GoVersion,
    Os: server.Os,
    Arch: server.Arch,
    BuildTime: server.BuildTime ?? '',
    Experimental: String(server.Experimental ?? false),
  };
  return { ...server, Components: [{ Name: 'Engine', Version: server.Version, Details: details }] };
}

function withReadableTimes(server: ServerVersion): ServerVersion {
  const components = (server.Components ?? []).map((component) => {
    const built = component.Details?.BuildTime;
    const time = component.Name === 'Engine' && built !== undefined ? Date.parse(built) : Number.NaN;
    if (Number.isNaN(time)) return component;
    return { ...component, Details: { ...component.Details, BuildTime: ansiTime(new Date(time)) } };
  });
  return { ...server, Components: components };
}

/** What is not known of the client is left out. */
function clientText(client: ClientVersion): string {
  const downgraded =
    client.DefaultAPIVersion === client.ApiVersion ? '' : ` (downgraded from ${client.DefaultAPIVersion})`;
  return aligned([
    'Client:',
    ` Version:\t${client.Version}`,
    ` API version:\t${client.ApiVersion}${downgraded}`,
    ` OS/Arch:\t${client.Os}/${client.Arch}`,
    ` Context:\t${client.Context}`,
  ]);
}

function serverText(server: ServerVersion): string {
  const platform = server.Platform?.Name ? ` ${server.Platform.Name}` : '';
  const components = (server.Components ?? []).flatMap((component) => [
    ` ${component.Name}:`,
    ...(component.Name === 'Engine' ? engineLines(component) : componentLines(component)),
  ]);
  return aligned(['', `Server:${platform}`, ...components]);
}

function engineLines({ Version, Details }: Component): string[] {
  const of = (name: string) => Details?.[name] ?? '';
  return [
    `  Version:\t${Version}`,
    `  API version:\t${of('ApiVersion')} (minimum version ${of('MinAPIVersion')})`,
    `  Go version:\t${of('GoVersion')}`,
    `  Git commit:\t${of('GitCommit')}`,
    `  Built:\t${of('BuildTime')}`,
    `  OS/Arch:\t${of('Os')}/${of('Arch')}`,
    `  Experimental:\t${of('Experimental')}`,
  ];
}

function componentLines({ Version, Details }: Component): string[] {
  const names = Object.keys(Details ?? {}).sort();
  return [`  Version:\t${Version}`, ...names.map((name) => `  ${name}:\t${Details?.[name] ?? ''}`)];
}

function aligned(lines: readonly string[]): string {
  return alignColumns(`${lines.join('\n')}\n`, { minimumWidth: 20, padding: 1 });
}
