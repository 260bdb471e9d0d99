import { main, nodeBinary, root, run } from './step.mjs';

const bin = (name) => `${root}/node_modules/.bin/${name}`;
/** Tools with a JavaScript launcher run under the project's own Node, whatever the machine has. */
const env = { ...process.env, PATH: `${nodeBinary().replace(/\/node$/, '')}:${process.env.PATH}` };

const checks = [
  { title: 'format', command: bin('biome'), args: ['ci', '--colors=off', '.'] },
  { title: 'types', command: bin('tsc'), args: ['--noEmit'] },
  { title: 'lint', command: bin('oxlint'), args: ['--deny-warnings', '--disable-nested-config'] },
  { title: 'dead code', command: bin('knip'), args: ['--no-progress'] },
];

await main(async () => {
  const failed = [];
  await Promise.all(
    checks.map(async ({ title, command, args }) => {
      const started = Date.now();
      const outcome = await run(command, args, { env }).then(
        () => 'ok',
        (error) => {
          failed.push(title);
          return `failed\n${error.message}`;
        },
      );
      process.stdout.write(`check: ${title} ${outcome} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
    }),
  );
  if (failed.length > 0) throw new Error(`check failed: ${failed.join(', ')} (npm run format mends the format)`);
});
