import type { FastifyReply, FastifyRequest } from 'fastify';
import { parsePlatform } from '../../../lib/platform.ts';
import type { Report } from '../../../lib/progress.ts';
import { queryText } from '../../query.ts';
import { hangUpSignal } from '../../stream-response.ts';
import { ProgressReply } from '../images/progress-reply.ts';
import type { DistributionBackend } from './backend.ts';
import { referenceOf } from './reference-of.ts';
import { registryAuth } from './registry-auth.ts';

/** `POST /images/create?fromImage=…`: ends with the client, unless another one wants the same. */
export async function pull(
  backend: Pick<DistributionBackend, 'pull'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { query } = request;
  const platform = queryText(query, 'platform') ?? '';
  const wanted = {
    reference: referenceOf(queryText(query, 'fromImage') ?? '', queryText(query, 'tag') ?? ''),
    platform: platform === '' ? undefined : parsePlatform(platform),
    credentials: registryAuth(request),
  };
  return stream(reply, false, (report, signal) => backend.pull(wanted, report, signal));
}

/** Answers with what the work reports. `always` as for `ProgressReply.fail`. */
export async function stream(
  reply: FastifyReply,
  always: boolean,
  work: (report: Report, signal: AbortSignal) => Promise<void>,
): Promise<FastifyReply> {
  const signal = hangUpSignal(reply);
  const progress = new ProgressReply(reply);
  try {
    await work(progress.report, signal);
  } catch (error) {
    // Nobody is left to be told.
    progress.fail(error, always || signal.aborted);
  }
  progress.end();
  return reply;
}
