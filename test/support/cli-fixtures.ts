import { readFileSync } from 'node:fs';

/** A command line and what docker printed for it, given the answers in `fixtures/cli/api.json`. */
export interface RecordedCommand {
  readonly args: readonly string[];
  readonly input?: string;
  /** Only the output from this text on counts: what precedes it is the client's own. */
  readonly from?: string;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A template and what `docker inspect -f` printed for the container `web-one`. */
export interface RecordedTemplate {
  readonly template: string;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Recorded and replayed alike: no settings of the user's, and one time zone. */
export const cliEnvironment = { TZ: 'UTC', DOCKER_CONFIG: '/nonexistent', DOCKER_HOST: '', DOCKER_API_VERSION: '' };

export const recordedApi = new URL('../fixtures/cli/api.json', import.meta.url);

export function recordedCommands(): RecordedCommand[] {
  return JSON.parse(
    readFileSync(new URL('../fixtures/cli/commands.json', import.meta.url), 'utf8'),
  ) as RecordedCommand[];
}
