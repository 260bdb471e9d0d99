import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build, folderOf, shell, tryBuild } from '../../support/builds.ts';
import { clis } from '../../support/clis.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const DOCKERFILE = `FROM busybox
ENV GREETING=hello
RUN echo "$GREETING from a step" && echo built > /made
COPY a.txt sub /files/
LABEL of=tests
CMD ["cat", "/made", "/files/a.txt"]
`;
const FILES = { Dockerfile: DOCKERFILE, 'a.txt': 'copied\n', 'sub/deep/b.txt': 'deep\n', 'sub/c.txt': 'c\n' };
const CLASSIC = { DOCKER_BUILDKIT: '0' };

interface Inspect {
  readonly Id: string;
  readonly Config: { readonly Cmd: string[]; readonly Env: string[]; readonly Labels: Record<string, string> };
  readonly RootFS: { readonly Layers: string[] };
}

async function inspect(image: string): Promise<Inspect> {
  const answer = await daemon.call('GET', `/images/${image}/json`);
  assert.equal(answer.status, 200, answer.text());
  return answer.json<Inspect>();
}

for (const cli of clis) {
  describe(`${cli.name} build`, { skip: cli.skip }, () => {
    test('a folder becomes an image that runs', async () => {
      const folder = folderOf(FILES);
      const name = `by-${cli.name}`;
      const result = await cli.run(daemon, ['build', '--no-cache', '-t', name, folder.path], { env: CLASSIC });
      assert.equal(result.status, 0, result.stderr);
      assert.match(result.stdout + result.stderr, /hello from a step\n/);
      const run = await cli.run(daemon, ['run', '--rm', name]);
      assert.equal(run.stdout, 'built\ncopied\n');
      assert.equal(
        await shell(daemon, name, 'find /files -type f | sort'),
        '/files/a.txt\n/files/c.txt\n/files/deep/b.txt\n',
      );
      const { Config } = await inspect(name);
      assert.deepEqual(Config.Labels, { of: 'tests' });
      assert.ok(Config.Env.includes('GREETING=hello'));
      folder.remove();
    });

    test('the second time nothing is made anew, and the image is the same', async () => {
      const folder = folderOf(FILES);
      const first = await cli.run(daemon, ['build', '-q', folder.path], { env: CLASSIC });
      const second = await cli.run(daemon, ['build', folder.path], { env: CLASSIC });
      assert.match(second.stdout + second.stderr, /(Using cache|CACHED)/);
      const third = await cli.run(daemon, ['build', '-q', folder.path], { env: CLASSIC });
      assert.match(first.stdout, /^sha256:[0-9a-f]{64}\n$/);
      assert.equal(third.stdout, first.stdout);
      folder.remove();
    });

    test('a command that fails ends the build with its exit code', async () => {
      const folder = folderOf({ Dockerfile: 'FROM busybox\nRUN echo before; exit 3\n' });
      const { status, stdout, stderr } = await cli.run(daemon, ['build', folder.path], { env: CLASSIC });
      assert.equal(status, 3);
      assert.match(stdout + stderr, /before/);
      assert.match(stderr, /The command '\/bin\/sh -c echo before; exit 3' returned a non-zero code: 3/);
      folder.remove();
    });

    test('a quiet build that fails tells what it would have told', async () => {
      const folder = folderOf({ Dockerfile: 'FROM busybox\nRUN echo because; exit 4\n' });
      const { status, stdout, stderr } = await cli.run(daemon, ['build', '-q', folder.path], { env: CLASSIC });
      assert.deepEqual([status, stdout], [4, '']);
      assert.match(stderr, /because\n/);
      folder.remove();
    });

    test('several names, labels, arguments and a file for the ID', async () => {
      const folder = folderOf({ Dockerfile: 'FROM busybox\nARG WHAT=none\nRUN echo $WHAT > /what\n' });
      const iidfile = join(folder.path, 'iid');
      const flags = ['-t', 'one:1', '-t', 'two', '--build-arg', 'WHAT=thing', '--label', 'a=b', '--iidfile', iidfile];
      const result = await cli.run(daemon, ['build', ...flags, folder.path], { env: CLASSIC });
      assert.equal(result.status, 0, result.stderr);
      const { Id, Config } = await inspect('one:1');
      assert.equal((await inspect('two:latest')).Id, Id);
      assert.equal(readFileSync(iidfile, 'utf8'), Id);
      assert.deepEqual(Config.Labels, { a: 'b' });
      assert.equal(await shell(daemon, 'two', 'cat /what'), 'thing\n');
      folder.remove();
    });

    test('what .dockerignore leaves out is not sent, the Dockerfile may be elsewhere', async () => {
      const folder = folderOf({ '.dockerignore': '*\n!kept\n', kept: 'k', dropped: 'd', 'sub/dropped': 'd' });
      const elsewhere = folderOf({ Dockerfile: 'FROM busybox\nCOPY . /all\n' });
      const args = ['build', '-t', `ignoring-${cli.name}`, '-f', join(elsewhere.path, 'Dockerfile'), folder.path];
      const result = await cli.run(daemon, args, { env: CLASSIC });
      assert.equal(result.status, 0, result.stderr);
      assert.equal(await shell(daemon, `ignoring-${cli.name}`, 'cd /all; find . -type f'), './kept\n');
      folder.remove();
      elsewhere.remove();
    });

    test('a Dockerfile or an archive from standard input', async () => {
      const alone = await cli.run(daemon, ['build', '-q', '-'], { input: 'FROM busybox\nENV A=1\n', env: CLASSIC });
      assert.equal(alone.status, 0, alone.stderr);
      assert.ok((await inspect(alone.stdout.trim())).Config.Env.includes('A=1'));
    });
  });
}

test('Docker reads the stream: steps, the ID, and what it was called', async () => {
  const { messages, imageId, output } = await build(daemon, FILES, { t: 'streamed' });
  assert.match(output, /^Step 1\/6 : FROM busybox\n ---> [0-9a-f]{12}\nStep 2\/6 : ENV GREETING=hello\n/);
  assert.deepEqual(messages.at(-3), { aux: { ID: imageId } });
  assert.deepEqual(messages.at(-2), { stream: `Successfully built ${imageId.slice(7, 19)}\n` });
  assert.deepEqual(messages.at(-1), { stream: 'Successfully tagged streamed:latest\n' });
});

test('the history tells of each step, and of those without a layer', async () => {
  await build(daemon, FILES, { t: 'told' });
  const answer = await daemon.call('GET', '/images/told/history');
  const steps = answer.json<{ CreatedBy: string; Size: number; Comment: string }[]>().slice(0, 5);
  assert.deepEqual(
    steps.map(({ CreatedBy, Size }) => [CreatedBy, Size > 0]),
    [
      ['CMD ["cat" "/made" "/files/a.txt"]', false],
      ['LABEL of=tests', false],
      ['COPY a.txt sub /files/ # buildkit', true],
      ['RUN /bin/sh -c echo "$GREETING from a step" && echo built > /made # buildkit', true],
      ['ENV GREETING=hello', false],
    ],
  );
  assert.equal(steps[0]?.Comment, 'buildkit.dockerfile.v0');
});

test('an image is saved and loaded again as it was built', async () => {
  const { imageId } = await build(daemon, FILES, { t: 'carried' });
  const archive = await daemon.call('GET', '/images/carried/get');
  const other = await startDaemon();
  const loaded = await other.call('POST', '/images/load', { body: archive.body });
  assert.match(loaded.text(), /Loaded image: carried:latest/);
  const there = await other.call('GET', '/images/carried/json');
  assert.equal(there.json<Inspect>().Id, imageId);
  assert.equal(await shell(other, 'carried', 'cat /files/deep/b.txt'), 'deep\n');
  await other.close();
});

test('errors before the first step are a status; later ones a message with the place', async () => {
  const unknown = await tryBuild(daemon, { Dockerfile: 'FROM busybox\nRUNN true\n' });
  assert.equal(unknown.status, 400);
  assert.match(
    unknown.error ?? '',
    /^dockerfile parse error on line 2: unknown instruction: RUNN \(did you mean RUN\?\)/,
  );
  const missing = await tryBuild(daemon, { other: 'x' });
  assert.deepEqual([missing.status, missing.error], [500, 'Cannot locate specified Dockerfile: Dockerfile']);
  const absent = await tryBuild(daemon, { Dockerfile: 'FROM busybox\nCOPY conf.jsn /x\n', 'conf.json': '{}' });
  assert.equal(absent.status, 200);
  assert.match(
    absent.error ?? '',
    /^COPY failed: file not found in build context or excluded by \.dockerignore: stat conf\.jsn: file does not exist; did you mean conf\.json\?\nDockerfile:2\n/,
  );
});

test('a file that is missing is told before any command runs', async () => {
  for (const step of ['COPY lost /x', 'ADD ["lost", "/x"]', 'RUN --mount=source=lost,target=/x true']) {
    const dockerfile = `FROM busybox AS one\nRUN echo early\nFROM busybox\nRUN echo early\n${step}\nCOPY --from=one /bin /b\n`;
    const { status, output, error } = await tryBuild(daemon, { Dockerfile: dockerfile }, { nocache: '1' });
    assert.equal(status, 200);
    assert.doesNotMatch(output, /Running in/);
    assert.match(error ?? '', /lost.*\nDockerfile:5\n/);
  }
});

test('nothing is left of builds that are over', () => {
  assert.ok(!existsSync(join(daemon.dataRoot, 'builder/work')) || readdir('builder/work').length === 0);
  assert.deepEqual(readdir('layers/w'), []);
});

function readdir(path: string): string[] {
  return readdirSync(join(daemon.dataRoot, path));
}

test('what is told of a build: arguments of no use, and a command that fails in silence', async () => {
  const buildargs = JSON.stringify({ Z: '1', A: '2', USED: '3', HTTP_PROXY: 'http://localhost:1' });
  const { output } = await build(daemon, { Dockerfile: 'FROM busybox\nARG USED\n' }, { buildargs });
  assert.match(
    output,
    /\n\[Warning\] One or more build-args \[A Z\] were not consumed\nSuccessfully built [0-9a-f]{12}\n$/,
  );
  const folder = folderOf({ Dockerfile: 'FROM busybox\n' });
  const { stderr } = await daemon.trySkiff(['build', '--build-arg', 'NOT=used', folder.path]);
  assert.match(stderr, /^WARNING: One or more build-args \[NOT\] were not consumed\n/);
  folder.remove();
  const failed = await tryBuild(daemon, { Dockerfile: 'FROM busybox\nRUN exit 6\n' });
  assert.match(failed.output, /Step 2\/2 : RUN exit 6\n ---> Running in [0-9a-f]{12}\n$/);
  assert.equal(failed.exitCode, 6);
});
