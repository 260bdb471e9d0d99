import type { ImageRunConfig } from '../../images/image-store.ts';
import type { LineRange } from '../parse/dockerfile.ts';
import type { WorkBudget } from '../parse/work-budget.ts';
import { absolutePath } from './clean-path.ts';
import type { ResolvedBase } from './stage-node.ts';

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const DEFAULT_SHELL = ['/bin/sh', '-c'];

/** A stage as far as its instructions have been read. */
export class StageState {
  readonly #budget: WorkBudget;
  /** ARGs and ENVs by name, as instructions and RUN steps see them. */
  readonly #variables: Map<string, string>;
  /** Of this stage's own ARGs so far, as histories show them. */
  readonly #args: { readonly key: string; readonly value: string | undefined }[] = [];
  /** Of the stages below, too: what they define is defined here. */
  readonly #argNames: Set<string>;
  #env: readonly string[] | undefined;
  config: ImageRunConfig;
  author: string | undefined;
  /** Whether a WORKDIR has been read. */
  hasWorkdir: boolean;
  /** Where this stage has a CMD, an ENTRYPOINT and a HEALTHCHECK; not what stages below have. */
  readonly seen = new Map<'cmd' | 'entrypoint' | 'healthcheck', LineRange>();

  private constructor(budget: WorkBudget, start: StageStart) {
    this.#budget = budget;
    const { variables, argNames } = start;
    budget.spendEntries(variables.size + argNames.size);
    this.#variables = new Map(variables);
    this.#argNames = new Set(argNames);
    this.config = start.config;
    this.author = start.author;
    this.hasWorkdir = start.hasWorkdir;
  }

  /** What a stage starts with that continues this one. Triggers do not carry over, nor ARGs that hide an ENV. */
  next(): StageState {
    const { OnBuild: _, ...config } = this.config;
    const env = config.Env ?? [];
    this.#budget.spendEntries(env.length);
    return new StageState(this.#budget, {
      variables: new Map([...this.#variables, ...env.map(splitEntry)]),
      argNames: this.#argNames,
      config,
      author: this.author,
      hasWorkdir: this.hasWorkdir,
    });
  }

  /** With a PATH, whatever the image says: programs are looked for along it. */
  static of(base: ResolvedBase, budget: WorkBudget): StageState {
    const { OnBuild: _, ...image }: ImageRunConfig = base.kind === 'image' ? base.image.config : { WorkingDir: '/' };
    const env = image.Env ?? [];
    const hasPath = env.some((entry) => entry.startsWith('PATH='));
    const config = {
      ...image,
      Env: hasPath ? env : [...env, `PATH=${DEFAULT_PATH}`],
      ...(image.WorkingDir ? { WorkingDir: absolutePath('/', image.WorkingDir) } : {}),
    };
    return new StageState(budget, {
      variables: new Map(config.Env.map(splitEntry)),
      argNames: new Set(),
      config,
      author: base.kind === 'image' ? base.image.author : undefined,
      hasWorkdir: false,
    });
  }

  get variables(): ReadonlyMap<string, string> {
    return this.#variables;
  }

  get workdir(): string {
    return this.config.WorkingDir || '/';
  }

  get user(): string | undefined {
    return this.config.User || undefined;
  }

  get shell(): readonly string[] {
    return this.config.Shell?.length ? this.config.Shell : DEFAULT_SHELL;
  }

  /** `name=value` of all that a RUN step gets; the same list until something changes. */
  get env(): readonly string[] {
    if (this.#env === undefined) {
      this.#budget.spendEntries(this.#variables.size);
      this.#env = Array.from(this.#variables, ([name, value]) => `${name}=${value}`);
    }
    return this.#env;
  }

  hasArg(name: string): boolean {
    return this.#argNames.has(name);
  }

  addArg(key: string, value: string | undefined): void {
    this.#args.push({ key, value });
    this.#argNames.add(key);
    if (value !== undefined) this.#set(key, value);
  }

  addEnv(pairs: readonly { readonly key: string; readonly value: string }[]): void {
    const entries = [...(this.config.Env ?? [])];
    const places = new Map<string, number>();
    for (const [index, entry] of entries.entries()) {
      const [name] = splitEntry(entry);
      if (!places.has(name)) places.set(name, index);
    }
    this.#budget.spendEntries(entries.length);
    for (const { key, value } of pairs) {
      const place = places.get(key) ?? entries.length;
      places.set(key, place);
      entries[place] = `${key}=${value}`;
      this.#set(key, value);
    }
    this.config = { ...this.config, Env: entries };
  }

  #set(name: string, value: string): void {
    this.#variables.set(name, value);
    this.#env = undefined;
  }

  /** `|2 a=1 b=`, as histories show before a command which ARGs it ran with; nothing without any. */
  get argsText(): string[] {
    const values = new Map<string, string>();
    for (const { key, value } of this.#args) values.set(key, this.#variables.get(key) ?? value ?? '');
    if (values.size === 0) return [];
    const entries = Array.from(values, ([key, value]) => `${key}=${value}`);
    for (const entry of entries) this.#budget.spend(entry.length + 1);
    return [`|${entries.length}`, ...entries];
  }
}

interface StageStart {
  readonly variables: ReadonlyMap<string, string>;
  readonly argNames: ReadonlySet<string>;
  readonly config: ImageRunConfig;
  readonly author: string | undefined;
  readonly hasWorkdir: boolean;
}

function splitEntry(entry: string): [string, string] {
  const equals = entry.indexOf('=');
  return equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
}
