import { CliError } from '../../errors.ts';

/** `always`, `on-failure:3`, …; whether such a policy exists is for the daemon to say. */
export function parseRestartPolicy(text: string): { Name: string; MaximumRetryCount: number } {
  if (text === '') return { Name: '', MaximumRetryCount: 0 };
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  if (colon >= 0 && name === '') throw new CliError('invalid restart policy format: no policy provided before colon');
  const count = colon < 0 ? '' : text.slice(colon + 1);
  if (count !== '' && !/^[+-]?[0-9]+$/.test(count)) {
    throw new CliError('invalid restart policy format: maximum retry count must be an integer');
  }
  return { Name: name, MaximumRetryCount: Number(count) };
}
