import { setupSteps } from './setup-steps.mjs';
import { main, root, runSteps } from './step.mjs';

await main(async () => {
  await runSteps(setupSteps());
  process.stdout.write(`skiff: ready: ${root}/bin/skiffd is the daemon, ${root}/bin/skiff the command line\n`);
});
