import { setupSteps } from './setup-steps.mjs';
import { main, nodeBinary, root, run, runSteps } from './step.mjs';
import { TEST_PACKAGES } from './system-packages.mjs';
import { fetchTestPrograms } from './test-programs.mjs';

/** `npm test [-- FILE…]`: set-up, `npm run check`, then every test file, or just those that are named. */
await main(async () => {
  const named = process.argv.slice(2);
  await runSteps([
    ...setupSteps({ extraPackages: TEST_PACKAGES }),
    { title: 'counterparts for the tests', work: fetchTestPrograms },
  ]);
  if (named.length === 0) await run(process.execPath, [`${root}/scripts/check.mjs`], { inherit: true });
  const files = named.length > 0 ? named : ['src/**/*.test.ts', 'test/**/*.test.ts'];
  await run(
    nodeBinary(),
    ['--disable-warning=ExperimentalWarning', '--test', '--test-concurrency=2', '--test-timeout=600000', ...files],
    { inherit: true },
  );
});
