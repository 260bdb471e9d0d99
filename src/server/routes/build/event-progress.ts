import { StringDecoder } from 'node:string_decoder';
import { BUILD_EVENT_ID, type BuildEvent } from '../../../api-types/build.ts';
import type { ProgressMessage } from '../../../lib/progress.ts';
import type { BuildPlan, BuildProgress, StagePlan, StepReport } from './backend.ts';
import { firstStepOf, titleOf, unusedArgumentsText } from './step-titles.ts';

type Failure = Pick<Extract<BuildEvent, { readonly Kind: 'done' }>, 'Error' | 'Canceled' | 'Lines' | 'Excerpt'>;

/** Tells of a build by events, each step by a number of its own, for clients that show several at once. */
export class EventProgress implements BuildProgress {
  readonly #write: (message: object) => void;
  readonly #drained: () => Promise<void>;
  #plan: BuildPlan | undefined;

  constructor(write: (message: object) => void, drained: () => Promise<void>) {
    this.#write = write;
    this.#drained = drained;
  }

  message(message: ProgressMessage): void {
    this.#write(message);
  }

  planned(plan: BuildPlan): void {
    this.#plan = plan;
    for (const { rule, message, lines, url } of plan.warnings) {
      this.#tell({ Kind: 'warning', Rule: rule, Message: message, Line: lines[0]?.start ?? 0, Url: url });
    }
    const Message = unusedArgumentsText(plan);
    if (Message !== '') this.#tell({ Kind: 'warning', Rule: '', Message, Line: 0, Url: '' });
  }

  begin(stage: StagePlan, step: number): StepReport {
    const plan = this.#plan;
    if (plan === undefined) throw new Error('a step began before the plan was told');
    const name = nameOf(plan, stage, step);
    const own = stage.steps[step];
    // What only changes the configuration is over before it could be seen.
    if (name === undefined || own?.kind === 'config') return SILENT;
    const Step = firstStepOf(plan, stage) + step + 1;
    const began = performance.now();
    const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
    let Cached = false;
    const end = (failure: Failure) =>
      this.#tell({ Kind: 'done', Step, Cached, DurationMs: Math.round(performance.now() - began), ...failure });
    this.#tell({ Kind: 'step', Step, Name: name, TimeMs: Date.now() });
    return {
      cached: () => {
        Cached = true;
      },
      output: (data, stream) => {
        const Text = decoders[stream].write(Buffer.from(data));
        if (Text !== '') this.#tell({ Kind: 'output', Step, Stream: stream === 'stdout' ? 1 : 2, Text });
        return this.#drained();
      },
      done: () => end({}),
      failed: ({ message, isCanceled, lines, excerpt }) =>
        end({
          Error: message,
          ...(isCanceled ? { Canceled: true } : {}),
          ...(lines === undefined ? {} : { Lines: lines }),
          ...(excerpt === undefined ? {} : { Excerpt: excerpt }),
        }),
    };
  }

  #tell(event: BuildEvent): void {
    this.#write({ id: BUILD_EVENT_ID, aux: event });
  }

  flush(_hasFailed: boolean): void {}
}

const SILENT: StepReport = {
  cached: () => undefined,
  output: async () => undefined,
  done: () => undefined,
  failed: () => undefined,
};

/** `[build 2/5] RUN make`; undefined for what is no step of its own. */
function nameOf(plan: BuildPlan, stage: StagePlan, step: number): string | undefined {
  const { number, title } = stage.steps[step] ?? stage.baseStep ?? {};
  if (title === undefined) return undefined;
  if (number === undefined) return titleOf(plan, stage, step);
  const place = [...(stage.label === '' ? [] : [stage.label]), `${number.index}/${number.total}`].join(' ');
  return `[${place}] ${title}`;
}
