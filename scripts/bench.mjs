import { setupSteps } from './setup-steps.mjs';
import { main, nodeBinary, root, run, runSteps } from './step.mjs';

await main(async () => {
  await runSteps(setupSteps());
  await run(nodeBinary(), [`${root}/bench/main.ts`, ...process.argv.slice(2)], { inherit: true });
});
