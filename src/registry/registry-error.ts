import { EngineError, type ErrorKind } from '../errors/engine-error.ts';

/** The codes of the distribution specification, and two that registries add to them. */
export type RegistryErrorCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'SIZE_INVALID'
  | 'UNAUTHORIZED'
  | 'DENIED'
  | 'UNSUPPORTED'
  | 'PAGINATION_NUMBER_INVALID'
  | 'UNKNOWN';

/** One entry of the list that clients are answered with. */
export interface RegistryProblem {
  readonly code: RegistryErrorCode;
  readonly message: string;
  readonly detail?: unknown;
}

const kindOfCode = {
  BLOB_UNKNOWN: 'not_found',
  BLOB_UPLOAD_INVALID: 'invalid_argument',
  BLOB_UPLOAD_UNKNOWN: 'not_found',
  DIGEST_INVALID: 'invalid_argument',
  MANIFEST_BLOB_UNKNOWN: 'not_found',
  MANIFEST_INVALID: 'invalid_argument',
  MANIFEST_UNKNOWN: 'not_found',
  NAME_INVALID: 'invalid_argument',
  NAME_UNKNOWN: 'not_found',
  SIZE_INVALID: 'invalid_argument',
  UNAUTHORIZED: 'unauthorized',
  DENIED: 'forbidden',
  UNSUPPORTED: 'not_implemented',
  PAGINATION_NUMBER_INVALID: 'invalid_argument',
  UNKNOWN: 'internal',
} satisfies Record<RegistryErrorCode, ErrorKind>;

/** Where the answer says more than the code does. */
export interface RefusalAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | number>>;
}

/** A refusal in the specification's words. All problems are of one kind; there is at least one. */
export class RegistryError extends EngineError {
  readonly problems: readonly [RegistryProblem, ...RegistryProblem[]];
  readonly answer: RefusalAnswer;

  constructor(
    problems: readonly [RegistryProblem, ...RegistryProblem[]],
    { cause, ...answer }: RefusalAnswer & { readonly cause?: unknown } = {},
  ) {
    super(kindOfCode[problems[0].code], problems.map(({ message }) => message).join('; '), { cause });
    this.name = 'RegistryError';
    this.problems = problems;
    this.answer = answer;
  }
}

function refusal(
  code: RegistryErrorCode,
  message: string,
  detail?: unknown,
  more: RefusalAnswer & { readonly cause?: unknown } = {},
): RegistryError {
  return new RegistryError([{ code, message, ...(detail === undefined ? {} : { detail }) }], more);
}

export function blobUnknown(digest: string): RegistryError {
  return refusal('BLOB_UNKNOWN', 'blob unknown to registry', { digest });
}

export function uploadUnknown(): RegistryError {
  return refusal('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
}

export function digestInvalid(digest: string, reason: string, cause?: unknown): RegistryError {
  return refusal('DIGEST_INVALID', reason, { digest }, { cause });
}

export function manifestUnknown(name: string, reference: string): RegistryError {
  return refusal('MANIFEST_UNKNOWN', 'manifest unknown', { name, reference });
}

export function manifestInvalid(reason: string, cause?: unknown): RegistryError {
  return refusal('MANIFEST_INVALID', `manifest invalid: ${reason}`, undefined, { cause });
}

/** One problem for each missing blob or manifest. */
export function manifestBlobsUnknown(digests: readonly [string, ...string[]]): RegistryError {
  const [first, ...others] = digests.map(
    (digest): RegistryProblem => ({
      code: 'MANIFEST_BLOB_UNKNOWN',
      message: 'blob unknown to registry',
      detail: { digest },
    }),
  );
  // `digests` has a first one.
  return new RegistryError([first as RegistryProblem, ...others]);
}

export function nameInvalid(name: string): RegistryError {
  return refusal('NAME_INVALID', 'invalid repository name', { name });
}

export function nameUnknown(name: string): RegistryError {
  return refusal('NAME_UNKNOWN', 'repository name not known to registry', { name });
}

export function sizeInvalid(reason: string): RegistryError {
  return refusal('SIZE_INVALID', reason);
}

export function unauthorized(): RegistryError {
  return refusal('UNAUTHORIZED', 'authentication required');
}

/** `allow` names the methods that there are instead. */
export function unsupported(reason: string, allow: string): RegistryError {
  return refusal('UNSUPPORTED', reason, undefined, { headers: { Allow: allow } });
}

/** A chunk that does not follow what is there, or is not what its range says; the headers say where to go on. */
export function chunkOutOfOrder(headers: RefusalAnswer['headers'] & object): RegistryError {
  return refusal(
    'BLOB_UPLOAD_INVALID',
    'the chunk does not begin where the upload ends, or has another length than its range',
    undefined,
    {
      status: 416,
      headers,
    },
  );
}

/** One request at a time works on an upload: the last one that came. */
export function uploadTakenOver(): RegistryError {
  return refusal('BLOB_UPLOAD_INVALID', 'another request has taken this upload over', undefined, { status: 409 });
}

export function rangeUnsatisfiable(sizeBytes: number): RegistryError {
  return refusal(
    'SIZE_INVALID',
    'the range is broken or begins behind the end',
    { size: sizeBytes },
    {
      status: 416,
      headers: { 'Content-Range': `bytes */${sizeBytes}` },
    },
  );
}

export function pageNumberInvalid(text: string): RegistryError {
  return refusal('PAGINATION_NUMBER_INVALID', 'invalid number of results requested', { n: text });
}
