import { type Answer, type CallOptions, call } from '../support/http.ts';
import { type Json, Normaliser } from './normalise.ts';

/** Headers that clients look at; the others (dates, lengths) say nothing. */
const HEADERS = [
  'content-type',
  'api-version',
  'docker-experimental',
  'ostype',
  'cache-control',
  'pragma',
  'builder-version',
  'swarm',
  'x-docker-container-path-stat',
];

/** What an engine answered to the steps of one case, normalised. */
export type Transcript = Record<string, { status: number; headers: Record<string, string>; body: Json }>;

/** The API that a parity case talks to: each request is kept as a step of the transcript. */
export class RecordingApi {
  readonly transcript: Transcript = {};
  readonly #socketPath: string;
  readonly #normaliser = new Normaliser();

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** A request that is part of the comparison. Steps need names of their own within a case. */
  async step(name: string, method: string, path: string, options?: CallOptions): Promise<Answer> {
    const answer = await this.quietly(method, path, options);
    if (name in this.transcript) throw new Error(`two steps are called "${name}"`);
    this.transcript[name] = {
      status: answer.status,
      headers: Object.fromEntries(HEADERS.flatMap((header) => this.#header(answer, header))),
      body: this.#body(answer),
    };
    return answer;
  }

  /** A request for set-up or clean-up, which is not compared. */
  quietly(method: string, path: string, options?: CallOptions): Promise<Answer> {
    return call(this.#socketPath, method, versioned(path), options);
  }

  /** A value that is not an answer as such (demultiplexed output, names in an archive) as a step of its own. */
  note(name: string, value: unknown): void {
    this.transcript[name] = { status: 0, headers: {}, body: this.#normaliser.json(value) };
  }

  /** The value stands as `<name>` in everything that comes after. */
  learn(value: string, name: string): void {
    this.#normaliser.learn(value, name);
  }

  #header(answer: Answer, name: string): [string, string][] {
    const value = answer.headers[name];
    return typeof value === 'string' ? [[name, this.#normaliser.text(value)]] : [];
  }

  #body(answer: Answer): Json {
    const text = answer.text();
    if (answer.headers['content-type']?.startsWith('application/json') !== true) return this.#normaliser.text(text);
    // Progress and events come as JSON documents one after the other, a line each.
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length === 1) return this.#normaliser.json(JSON.parse(lines[0] ?? ''));
    return lines.map((line) => this.#normaliser.json(JSON.parse(line)));
  }
}

/** Docker 26's newest version for both: answers have other fields in later ones. Cases about versions name their own. */
function versioned(path: string): string {
  return /^\/(v\w|_ping|nope)/.test(path) ? path : `/v1.45${path}`;
}
