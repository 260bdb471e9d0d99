// Compiles the command line into one native executable, dist/skiff. Plain JavaScript for any Node from 20 on, because it
// runs before anything else is set up. Does nothing when no input is newer than the executable.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, 'dist', 'skiff');
const bun = join(
  root,
  'node_modules',
  '@oven',
  `bun-linux-${process.arch === 'arm64' ? 'aarch64' : 'x64'}`,
  'bin',
  'bun',
);
const inputs = [
  'src/cli',
  'src/client',
  'src/compose',
  'src/lib',
  'src/errors',
  'src/api-types',
  'package-lock.json',
  'scripts/build.mjs',
];

/** The time of the newest file under a path; folders count too, so that a removed file is noticed. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function upToDate() {
  if (!existsSync(output)) return false;
  const built = statSync(output).mtimeMs;
  return inputs.every((path) => newest(join(root, path)) <= built);
}

function build() {
  if (!existsSync(bun)) {
    throw new Error(`${bun} is missing: run "npm run setup", which installs it with the other packages`);
  }
  mkdirSync(dirname(output), { recursive: true });
  const temporary = `${output}.${process.pid}.tmp`;
  // With splitting, what a lazily loaded command imports is loaded with it: in one piece, the imports of Node's modules of
  // all commands would run at every start (4 ms of 14).
  // Without the last two the executable would obey an .env file and run what a bunfig.toml names, of whatever folder it is
  // called in.
  const options = [
    '--compile',
    '--splitting',
    '--minify',
    '--bytecode',
    '--format=esm',
    '--no-compile-autoload-dotenv',
    '--no-compile-autoload-bunfig',
  ];
  const result = spawnSync(bun, ['build', ...options, 'src/cli/main.ts', '--outfile', temporary], {
    cwd: root,
    encoding: 'utf8',
  });
  if (result.status !== 0) {
    rmSync(temporary, { force: true });
    throw new Error(`bun build failed (${result.error?.message ?? `exit ${result.status}`}):\n${result.stderr}`);
  }
  renameSync(temporary, output);
}

if (upToDate()) {
  console.log('dist/skiff is up to date');
} else {
  const started = Date.now();
  try {
    build();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
  console.log(`dist/skiff built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
