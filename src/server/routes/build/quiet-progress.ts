import type { BuildProgress, StepReport } from './backend.ts';

const SILENT: StepReport = {
  cached: () => undefined,
  output: async () => undefined,
  done: () => undefined,
  failed: () => undefined,
};

/** Tells nothing on the way, as `docker build -q`. */
export class QuietProgress implements BuildProgress {
  message(): void {}

  planned(): void {}

  begin(): StepReport {
    return SILENT;
  }

  flush(): void {}
}
