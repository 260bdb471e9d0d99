import { randomBytes } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import type { ProgressMessage } from '../../../lib/progress.ts';
import type { BuildPlan, BuildProgress, StagePlan, StepReport } from './backend.ts';
import { firstStepOf, stepCount, titleOf, unusedArgumentsText } from './step-titles.ts';

const SHORT_ID = 12;
/** Messages of a stage that has to wait: as many as its output may have pieces of up to 32 KiB. */
const MOST_HELD = 256;

/**
 * Tells of a build as Docker's classic builder does, one step after the other. Stages that run side by side are told
 * in the order of the plan: what later ones say meanwhile waits for those before them.
 */
export class ClassicProgress implements BuildProgress {
  readonly #write: (message: object) => void;
  readonly #drained: () => Promise<void>;
  readonly #held = new Map<number, object[]>();
  #plan: BuildPlan | undefined;
  /** How many stages have been told to their end. */
  #told = 0;

  constructor(write: (message: object) => void, drained: () => Promise<void>) {
    this.#write = write;
    this.#drained = drained;
  }

  message(message: ProgressMessage): void {
    this.#write(message);
  }

  planned(plan: BuildPlan): void {
    this.#plan = plan;
  }

  begin(stage: StagePlan, step: number): StepReport {
    const plan = this.#plan;
    if (plan === undefined) throw new Error('a step began before the plan was told');
    const say = (stream: string) => this.#say(stage, { stream });
    const isRun = stage.steps[step]?.kind === 'run';
    const container = randomBytes(SHORT_ID / 2).toString('hex');
    const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
    let hasOutput = false;
    let isCached = false;
    say(`Step ${firstStepOf(plan, stage) + step + 2}/${stepCount(plan)} : ${titleOf(plan, stage, step)}`);
    say('\n');
    const running = () => {
      if (!hasOutput) say(` ---> Running in ${container}\n`);
      hasOutput = true;
    };
    return {
      cached: () => {
        isCached = true;
      },
      output: (data, stream) => {
        running();
        const text = decoders[stream].write(Buffer.from(data));
        if (text !== '') say(stream === 'stdout' ? text : `\u001b[91m${text}\u001b[0m`);
        return this.#drained();
      },
      done: (id) => {
        if (isRun && !isCached) {
          running();
          say(` ---> Removed intermediate container ${container}\n`);
        }
        if (isCached) say(' ---> Using cache\n');
        say(` ---> ${id.slice(0, SHORT_ID)}\n`);
        if (step === stage.steps.length - 1) this.#finish(stage);
      },
      failed: ({ lines }) => {
        // A command that never began has not written anything.
        if (lines !== undefined) running();
      },
    };
  }

  #say(stage: StagePlan, message: object): void {
    const index = this.#plan?.stages.findIndex(({ id }) => id === stage.id) ?? 0;
    if (index <= this.#told) return this.#write(message);
    const held = this.#held.get(index) ?? [];
    held.push(message);
    // Of what would fill the memory, the latest counts.
    if (held.length > MOST_HELD) held.splice(0, held.length - MOST_HELD);
    this.#held.set(index, held);
  }

  #finish(stage: StagePlan): void {
    const stages = this.#plan?.stages ?? [];
    this.#ended.add(stage.id);
    while (this.#told < stages.length && this.#ended.has(stages[this.#told]?.id ?? -1)) {
      this.#told++;
      for (const message of this.#held.get(this.#told) ?? []) this.#write(message);
      this.#held.delete(this.#told);
    }
  }

  readonly #ended = new Set<number>();

  /** The build is over: what is still held back, and what it had no use for. */
  flush(hasFailed = false): void {
    for (const messages of this.#held.values()) for (const message of messages) this.#write(message);
    this.#held.clear();
    const warning = hasFailed || this.#plan === undefined ? '' : unusedArgumentsText(this.#plan);
    if (warning !== '') this.#write({ stream: `[Warning] ${warning}\n` });
  }
}
