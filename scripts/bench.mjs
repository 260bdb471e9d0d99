import { setupSteps } from './setup-steps.mjs';
import { main, nodeBinary, root, run, runSteps } from './step.mjs';
import { fetchTestPrograms } from './test-programs.mjs';

await main(async () => {
  await runSteps([...setupSteps(), { title: 'a registry to push to', work: fetchTestPrograms }]);
  await run(nodeBinary(), [`${root}/bench/main.ts`, ...process.argv.slice(2)], { inherit: true });
});
