import { invalidArgument } from '../../errors/engine-error.ts';
import { parseBool } from '../../lib/go-numbers.ts';

export interface GitReference {
  /** For `git fetch`; no fragment and no query. */
  readonly remote: string;
  readonly ref: string | undefined;
  readonly subfolder: string | undefined;
  /** A commit that the reference must stand for. */
  readonly checksum: string | undefined;
  readonly keepGitDir: boolean | undefined;
  readonly submodules: boolean;
}

/**
 * `git@host:path`, `ssh://…`, `git://…`, and `https://….git`, with `#ref:subfolder` or `?ref=…&subdir=…` after it.
 * Undefined for whatever is none.
 * @throws invalid_argument for a query that says nothing or contradicts itself
 */
export function parseGitReference(text: string): GitReference | undefined {
  const [, body = '', fragment = ''] = /^([^#]*)(?:#(.*))?$/s.exec(text) ?? [];
  const isScp = /^[A-Za-z0-9_.~-]+@[^:/\s]+:./.test(body) && !body.includes('://');
  const [, scheme = ''] = /^([a-z]+):\/\//i.exec(body) ?? [];
  const question = body.indexOf('?');
  const remote = question < 0 ? body : body.slice(0, question);
  const isUrl = ['ssh', 'git'].includes(scheme.toLowerCase());
  const isWeb = ['http', 'https'].includes(scheme.toLowerCase()) && remote.endsWith('.git');
  if (!isScp && !isUrl && !isWeb) return undefined;
  const colon = fragment.indexOf(':');
  const ref = colon < 0 ? fragment : fragment.slice(0, colon);
  const subfolder = colon < 0 ? '' : fragment.slice(colon + 1);
  const query = isScp || question < 0 ? {} : readQuery(body.slice(question + 1));
  return {
    remote: isScp ? body : remote,
    ref: agreeing('ref', ref, query.ref) ?? query.checksum,
    subfolder: agreeing('subdir', subfolder, query.subdir),
    checksum: query.checksum,
    keepGitDir: query.keepGitDir,
    submodules: query.submodules ?? true,
  };
}

interface Query {
  ref?: string;
  subdir?: string;
  checksum?: string;
  keepGitDir?: boolean;
  submodules?: boolean;
}

function readQuery(text: string): Query {
  const query: Query = {};
  const parameters = new URLSearchParams(text);
  for (const key of new Set(parameters.keys())) {
    const [value = '', ...others] = parameters.getAll(key);
    if (others.length > 0) throw invalidArgument(`query ${JSON.stringify(key)} has multiple values`);
    const isSwitch = key === 'submodules' || key === 'keep-git-dir';
    if (value === '' && !isSwitch) throw invalidArgument(`query ${JSON.stringify(key)} has no value`);
    applyParameter(query, key, value);
  }
  return query;
}

function applyParameter(query: Query, key: string, value: string): void {
  const setRef = (ref: string) => {
    const agreed = agreeing('ref', query.ref ?? '', ref);
    if (agreed !== undefined) query.ref = agreed;
  };
  switch (key) {
    case 'ref':
      return setRef(value);
    case 'tag':
      return setRef(value.startsWith('refs/tags/') ? value : `refs/tags/${value}`);
    case 'branch':
      return setRef(value.startsWith('refs/heads/') ? value : `refs/heads/${value}`);
    case 'subdir':
      query.subdir = value;
      return;
    case 'checksum':
    case 'commit':
      query.checksum = value;
      return;
    case 'keep-git-dir':
      query.keepGitDir = switchValue(key, value);
      return;
    case 'submodules':
      query.submodules = switchValue(key, value);
      return;
    default:
      throw invalidArgument(`unexpected query ${JSON.stringify(key)}`);
  }
}

function switchValue(key: string, value: string): boolean {
  if (value === '') return true;
  try {
    return parseBool(value);
  } catch (error) {
    throw invalidArgument(`invalid ${key} value: ${JSON.stringify(value)}`, error);
  }
}

/** One of two that must not differ; undefined when neither is given. */
function agreeing(what: string, one: string, other: string | undefined): string | undefined {
  if (one !== '' && other !== undefined && one !== other) {
    throw invalidArgument(`${what} conflicts: ${JSON.stringify(one)} vs ${JSON.stringify(other)}`);
  }
  return one || other;
}
