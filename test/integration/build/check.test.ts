import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { folderOf, tryBuild } from '../../support/builds.ts';
import { clis } from '../../support/clis.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
const folders: { remove(): void }[] = [];
before(async () => {
  daemon = await startDaemon();
});
after(async () => {
  for (const folder of folders) folder.remove();
  await daemon.close();
});

function pathOf(files: Readonly<Record<string, string>>): string {
  const folder = folderOf(files);
  folders.push(folder);
  return folder.path;
}

const skiff = clis.filter(({ name }) => name === 'skiff');
const CLASSIC = { DOCKER_BUILDKIT: '0' };

for (const cli of skiff) {
  describe('skiff build --check', () => {
    test('says what is wrong, makes no image, and exits with 1', async () => {
      const folder = pathOf({ Dockerfile: 'FROM nothing-like-it as Build\nRUN false\nCMD x\n' });
      const before = await daemon.call('GET', '/images/json?all=1');
      const { status, stdout } = await cli.run(daemon, ['build', '--check', '-t', 'never', folder]);
      assert.equal(status, 1);
      assert.match(stdout, /^Check complete, 3 warnings have been found!\n\nWARNING: FromAsCasing - https:/);
      assert.match(
        stdout,
        /Stage name 'Build' should be lowercase\nDockerfile:1\n-{20}\n {3}1 \| >>> FROM nothing-like-it as Build\n/,
      );
      assert.equal((await daemon.call('GET', '/images/json?all=1')).text(), before.text());
    });

    test('exits with 0 when nothing is', async () => {
      const folder = pathOf({ Dockerfile: 'FROM nothing-like-it\nCMD ["x"]\n' });
      const { status, stdout } = await cli.run(daemon, ['build', '--check', folder]);
      assert.equal(stdout, 'Check complete, no warnings found.\n');
      assert.equal(status, 0);
    });

    test('finds what a build would fail with', async () => {
      const folder = pathOf({ 'other/Dockerfile': 'FROM busybox\nCOPY --form=x a b\n' });
      const { status, stdout } = await cli.run(daemon, [
        'build',
        '--check',
        '-f',
        `${folder}/other/Dockerfile`,
        folder,
      ]);
      assert.equal(status, 1);
      assert.match(
        stdout,
        /^ERROR: dockerfile parse error on line 2: unknown flag: form \(did you mean from\?\)\n\S*Dockerfile:2\n/,
      );
    });

    test('knows what .dockerignore leaves out', async () => {
      const folder = pathOf({
        Dockerfile: '# check=experimental=CopyIgnoredFile\nFROM scratch\nCOPY secret.txt a.txt /\n',
        'a.txt': '',
        'secret.txt': '',
        'Dockerfile.dockerignore': 'secret*\n',
      });
      const { stdout } = await cli.run(daemon, ['build', '--check', folder]);
      assert.match(stdout, /Attempting to Copy file "secret\.txt" that is excluded by \.dockerignore\n/);
    });
  });
}

for (const cli of clis) {
  describe(`${cli.name} build of a broken Dockerfile`, { skip: cli.skip }, () => {
    const refusals = {
      'an unknown instruction': [
        'FROM busybox\nRUNN true\n',
        /line 2: unknown instruction: RUNN \(did you mean RUN\?\)/,
      ],
      'a circle': [
        'FROM busybox AS a\nCOPY --from=b / /\nFROM busybox AS b\nCOPY --from=a / /\n',
        /circular dependency detected on stage: a/,
      ],
      'a variable that must be set': ['FROM busybox\nENV a="${b:?say b}"\n', /b: say b/],
    } as const;
    for (const [title, [dockerfile, message]] of Object.entries(refusals)) {
      test(`${title} is told with its lines, before anything runs`, async () => {
        const { status, stderr } = await cli.run(daemon, ['build', pathOf({ Dockerfile: dockerfile })], {
          env: CLASSIC,
        });
        assert.equal(status, 1);
        assert.match(stderr, message);
        assert.match(stderr, /Dockerfile:2\n-{20}\n(.*\n)* {3}2 \| >>> /);
      });
    }
  });
}

test('a Dockerfile that no person wrote is refused with a status', async () => {
  const refusals: readonly (readonly [Buffer, RegExp])[] = [
    [
      Buffer.alloc(10 * 1024 * 1024, 'RUN true\n'),
      /^Dockerfile has 10485760 bytes: a Dockerfile may have at most 4 MiB/,
    ],
    [Buffer.from('FROM busybox\nENV a=\xe9\n', 'latin1'), /^dockerfile parse error on line 2: invalid UTF-8/],
    [Buffer.alloc(0), /^the Dockerfile cannot be empty/],
  ];
  for (const [content, message] of refusals) {
    const { status, error } = await tryBuild(daemon, { Dockerfile: content });
    assert.equal(status, 400);
    assert.match(error ?? '', message);
  }
});

test('CRLF and a byte order mark are no hindrance', async () => {
  const dockerfile = '\ufeffFROM busybox\r\nRUN echo one && \\\r\n  echo two\r\nRUN <<EOF\r\necho three\r\nEOF\r\n';
  const { error, output } = await tryBuild(daemon, { Dockerfile: dockerfile });
  assert.equal(error, undefined);
  assert.match(output, /one\ntwo\n/);
});
