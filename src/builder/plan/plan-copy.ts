import { posix } from 'node:path';
import { invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { parsePathPattern } from '../../lib/path-pattern.ts';
import type { CopyCommand } from '../parse/command.ts';
import { heredocText } from '../parse/heredoc.ts';
import type { CopySource, FileMode } from './build-plan.ts';
import { destinationPath, hasWildcards, pathInTree } from './clean-path.ts';
import type { GitReference } from './git-reference.ts';
import { parseGitReference } from './git-reference.ts';
import { stageName } from './link-sources.ts';
import type { StepContext, StepPlanner } from './step-context.ts';
import { expandContent, expandValue, treeOf } from './step-context.ts';

export const planCopy: StepPlanner<CopyCommand> = (context, command, { sources: [from] }) => {
  const { instruction } = command;
  const expand = (value: string) => expandValue(context, instruction, value);
  const given = {
    ...command,
    sources: command.sources.map(expand),
    chown: expand(command.chown),
    chmod: expand(command.chmod),
    checksum: expand(command.checksum),
    excludes: command.excludes.map(expand),
    destination: expand(command.destination),
  };
  if (from?.from !== undefined && from.index >= context.node.index) {
    throw invalidArgument(
      `cannot copy from stage ${JSON.stringify(command.from)}, it needs to be defined before current stage ${JSON.stringify(stageName(context.node))}`,
    );
  }
  const mode = given.chmod === '' ? undefined : parseMode(given.chmod);
  checkChecksum(given);
  const paths = given.sources.map((source) => planSource(context, given, source));
  const heredocs = command.heredocs.map((heredoc): CopySource => {
    const text = heredocText(heredoc);
    const content = heredoc.expand ? expandContent(context, instruction, text) : text;
    return { kind: 'heredoc', name: heredoc.name, content };
  });
  const sources = [...paths, ...heredocs];
  const destination = destinationPath(context.state.workdir, given.destination);
  const createdBy = `${historyText(given)} # buildkit`;
  context.plan.budget.spend(createdBy.length);
  return {
    kind: 'copy',
    instruction: command.kind === 'copy' ? 'COPY' : 'ADD',
    from: treeOf(from),
    sources,
    destination,
    owner: given.chown || undefined,
    mode,
    link: command.link,
    parents: command.parents,
    excludes: given.excludes,
    createdBy,
  };
};

function historyText({ kind, parents, chown, chmod, sources, heredocs, destination }: CopyCommand): string {
  const flags = [
    ...(parents ? ['--parents'] : []),
    ...(chown === '' ? [] : [`--chown=${chown}`]),
    ...(chmod === '' ? [] : [`--chmod=${chmod}`]),
  ];
  return [kind.toUpperCase(), ...flags, ...sources, ...heredocs.map(({ name }) => `<<${name}`), destination].join(' ');
}

const SYMBOLIC = /^[ugoa]*[-+=](?:[rwxXst]*|[ugo])(?:[-+=](?:[rwxXst]*|[ugo]))*$/;

function parseMode(text: string): FileMode {
  if (/^[0-7]+$/.test(text) && Number.parseInt(text, 8) <= 0o7777) {
    return { kind: 'octal', bits: Number.parseInt(text, 8) };
  }
  if (text.split(',').every((part) => SYMBOLIC.test(part))) return { kind: 'symbolic', text };
  throw invalidArgument(`invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`);
}

function checkChecksum({ checksum, sources, heredocs }: CopyCommand): void {
  if (checksum === '') return;
  const [source = ''] = sources;
  if (sources.length + heredocs.length !== 1) throw invalidArgument("checksum can't be specified for multiple sources");
  if (!isUrl(source) && parseGitReference(source) === undefined) {
    throw invalidArgument('checksum requires HTTP(S) or Git sources');
  }
}

function isUrl(source: string): boolean {
  return source.startsWith('http://') || source.startsWith('https://');
}

function planSource(context: StepContext, command: CopyCommand, source: string): CopySource {
  const git = parseGitReference(source);
  if (git !== undefined) {
    if (command.kind === 'copy') throw invalidArgument("source can't be a git ref for COPY");
    return gitSource(command, git, source);
  }
  if (isUrl(source)) {
    if (command.kind === 'copy') throw invalidArgument("source can't be a URL for COPY");
    return urlSource(command, source);
  }
  lintIgnored(context, command, source);
  const pivot = command.parents ? source.indexOf('/./') : -1;
  const written = pathInTree(pivot < 0 ? source : source.slice(pivot + 3));
  const isPattern = hasWildcards(written);
  const pattern = isPattern ? checkedPattern(written, command.parents) : written;
  return {
    kind: 'path',
    pattern,
    base: pivot < 0 ? '.' : pathInTree(source.slice(0, pivot)),
    isPattern,
    written: source,
    unpack: command.kind === 'add' && command.unpack !== false,
  };
}

/** Two stars stand for folders with `--parents` only; else they are one star. @throws invalid_argument */
function checkedPattern(pattern: string, deep: boolean): string {
  const parts = pattern.split('/').map((part) => (part === '**' && !deep ? '*' : part));
  for (const part of parts) {
    try {
      parsePathPattern(part);
    } catch (error) {
      throw invalidArgument(messageOf(error), error);
    }
  }
  return parts.join('/');
}

function gitSource({ keepGitDir, checksum }: CopyCommand, git: GitReference, written: string): CopySource {
  if (keepGitDir !== undefined && git.keepGitDir !== undefined && keepGitDir !== git.keepGitDir) {
    throw invalidArgument('inconsistent keep-git-dir configuration');
  }
  if (checksum !== '' && git.checksum !== undefined && checksum !== git.checksum) {
    throw invalidArgument(`checksum mismatch ${JSON.stringify(checksum)} != ${JSON.stringify(git.checksum)}`);
  }
  const { remote, ref, subfolder, submodules } = git;
  return {
    kind: 'git',
    remote,
    ref,
    subfolder,
    submodules,
    keepGitDir: git.keepGitDir ?? keepGitDir ?? false,
    checksum: git.checksum ?? (checksum || undefined),
    written,
  };
}

function urlSource({ checksum, unpack }: CopyCommand, url: string): CopySource {
  if (checksum !== '') assertDigest(checksum);
  const path = URL.canParse(url) ? new URL(url).pathname : '';
  return {
    kind: 'url',
    url,
    name: fileName(path),
    checksum: checksum || undefined,
    unpack: unpack === true,
  };
}

function fileName(path: string): string {
  try {
    return posix.basename(decodeURIComponent(path)) || '__unnamed__';
  } catch (error) {
    if (error instanceof URIError) return posix.basename(path) || '__unnamed__';
    throw error;
  }
}

/** What the builder can check. @throws invalid_argument with the texts of Go's digests */
function assertDigest(checksum: string): void {
  const [, algorithm, hex = ''] = /^([a-z0-9]+(?:[.+_-][a-z0-9]+)*):([a-zA-Z0-9=_-]+)$/.exec(checksum) ?? [];
  if (algorithm === undefined) throw invalidArgument('invalid checksum digest format');
  if (algorithm !== 'sha256') throw invalidArgument('unsupported digest algorithm');
  if (hex.length !== 64) throw invalidArgument('invalid checksum digest length');
  if (!/^[a-f0-9]+$/.test(hex)) throw invalidArgument('invalid checksum digest format');
}

/** Whether a source of the context is one that `.dockerignore` leaves out: then it will not be found. */
function lintIgnored({ plan }: StepContext, { kind, from, instruction }: CopyCommand, source: string): void {
  const { ignore } = plan.options;
  if (from !== undefined || ignore === undefined || ignore.isEmpty || ignore.hasExceptions) return;
  const path = pathInTree(source);
  if (path === '.' || !ignore.matches(path)) return;
  const verb = kind === 'copy' ? 'Copy' : 'Add';
  const message = `Attempting to ${verb} file ${JSON.stringify(path)} that is excluded by .dockerignore`;
  plan.linter.warn('CopyIgnoredFile', message, instruction);
}
