import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { ApiError } from '../../client/api-error.ts';
import { createContainer as sendCreate } from '../../client/containers.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { Context } from '../command.ts';
import { CliError } from '../errors.ts';
import type { ConfigInput } from './create-options/container-config.ts';
import { type CreateRequest, createRequest, proxyEnvironment } from './create-options/create-request.ts';
import type { createFlags } from './create-options/flags.ts';
import { openError } from './create-options/key-value-files.ts';

type CreateContext = Pick<Context<typeof createFlags>, 'flags' | 'client' | 'io' | 'config'>;

/** The exit code for a command line that contradicts itself, and for a daemon that refuses. */
export const DOCKER_FAILED = 125;

/**
 * The request for the command line's flags.
 * @throws CliError with docker's pointer to the help, which `run` and `create` print for every mistake found here
 */
export function requestFor(context: Context<typeof createFlags>, verb: 'run' | 'create'): CreateRequest {
  const [image = '', ...command] = context.args;
  const input: ConfigInput = {
    flags: context.flags,
    changed: context.changed,
    image,
    command,
    extraEnv: proxyEnvironment(context.config, context.client.address),
  };
  const { rows, columns } = context.io.stdout;
  try {
    return createRequest(input, [rows ?? 0, columns ?? 0]);
  } catch (error) {
    throw withHelp(error, context.programName, verb, DOCKER_FAILED);
  }
}

/** The error as `run` and `create` print it: with the program's name before it and the help mentioned after it. */
export function withHelp(error: unknown, program: string, verb: string, exitCode: number): CliError {
  const text = error instanceof ApiError ? `Error response from daemon: ${error.message}` : (error as Error).message;
  return new CliError(`${program}: ${text}\n\nRun '${program} ${verb} --help' for more information`, exitCode, {
    cause: error,
  });
}

export const PULL_POLICIES = ['always', 'missing', 'never'] as const;
export type PullPolicy = (typeof PULL_POLICIES)[number];

/** @throws Error with docker's text */
export function parsePullPolicy(text: string): PullPolicy {
  const policy = PULL_POLICIES.find((one) => one === (text || 'missing'));
  if (policy === undefined) {
    throw new Error(`invalid pull option: '${text}': must be one of "always", "missing" or "never"`);
  }
  return policy;
}

/**
 * Creates the container, pulls its image first where the policy says so, and answers its ID. The ID file is written
 * when the container exists, and not left behind when it does not.
 */
export async function createFromRequest(
  context: CreateContext,
  request: CreateRequest,
  pull: PullPolicy,
): Promise<string> {
  const { flags, io } = context;
  await checkFlags(context);
  if (!PLAIN_REFERENCE.test(request.Image)) await checkReference(request.Image);
  if (flags.platform !== '') await checkPlatform(flags.platform);
  const idFile = flags.cidfile === '' ? undefined : openIdFile(flags.cidfile);
  try {
    if (pull === 'always') await pullFor(context, request.Image);
    const created = await createPulling(context, request, pull);
    for (const warning of created.Warnings ?? []) await io.stderr.write(`WARNING: ${warning}\n`);
    if (idFile !== undefined) writeSync(idFile, created.Id);
    return created.Id;
  } catch (error) {
    if (idFile !== undefined) unlinkSync(flags.cidfile);
    throw error;
  } finally {
    if (idFile !== undefined) closeSync(idFile);
  }
}

/** Names that are beyond doubt; only for others the whole grammar is loaded. */
const PLAIN_REFERENCE = /^[a-z0-9]+([._/-][a-z0-9]+)*(:[a-zA-Z0-9_][a-zA-Z0-9_.-]*)?$/;

/** An ID or a digest is a name, too, as far as its form goes. */
async function checkReference(image: string): Promise<void> {
  const { parseReference } = await import('../../lib/image-reference.ts');
  if (!/^(sha256:)?[0-9a-f]{64}$/.test(image)) parseReference(image);
}

async function checkPlatform(platform: string): Promise<void> {
  const { parsePlatform } = await import('../../lib/platform.ts');
  try {
    parsePlatform(platform);
  } catch (error) {
    // Another operating system is for the daemon to judge.
    if (!(error as Error).message.endsWith('invalid argument')) return;
    throw new CliError(`error parsing specified platform: ${(error as Error).message}`, 1, { cause: error });
  }
}

async function createPulling(context: CreateContext, request: CreateRequest, pull: PullPolicy) {
  const options = { name: context.flags.name, platform: context.flags.platform };
  try {
    return await sendCreate(context.client, request, options);
  } catch (error) {
    // Also an image that is there for another platform only.
    const missing = error instanceof ApiError && error.status === 404;
    if (!missing || pull !== 'missing') throw error;
    const { familiarReference, parseSpecifier, withDefaultTag } = await import('../../lib/image-reference.ts');
    const image = parseSpecifier(request.Image);
    // No registry gives an image for its ID.
    if (image.kind === 'id') throw error;
    if (!context.flags.quiet) {
      const name = familiarReference(withDefaultTag(image.reference));
      await context.io.stderr.write(`Unable to find image '${name}' locally\n`);
    }
    await pullFor(context, request.Image);
    return await sendCreate(context.client, request, options);
  }
}

async function pullFor(context: CreateContext, image: string): Promise<void> {
  const { platform, quiet } = context.flags;
  const { pullImage } = await import('../image/pull-image.ts');
  const { client, io, config } = context;
  await pullImage(client, image, { platform, config, stderr: io.stderr, output: quiet ? undefined : io.stderr });
}

function openIdFile(path: string): number {
  try {
    return openSync(path, 'wx');
  } catch (error) {
    const exists = hasErrorCode(error, 'EEXIST');
    const text = exists
      ? `container ID file found, make sure the other container isn't running or delete ${path}`
      : `failed to create the container ID file: ${openError(path, error)}`;
    throw new CliError(text, 1, { cause: error });
  }
}

async function checkFlags({ flags, io }: CreateContext): Promise<void> {
  if (!flags['disable-content-trust']) {
    throw new CliError('content trust is not supported: images are verified by their digests only');
  }
  const local = flags.dns.find((address) => address.startsWith('127.') || address === '::1');
  if (local !== undefined) {
    await io.stderr.write(`WARNING: Localhost DNS (${local}) may fail in containers.\n`);
  }
}
