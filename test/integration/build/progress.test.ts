import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { folderOf } from '../../support/builds.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

test('a command that fails is shown last: what it has written, and its lines in the Dockerfile', async () => {
  const folder = folderOf({
    // The one that fails waits until the other runs.
    Dockerfile: `FROM busybox AS other
RUN --mount=type=cache,id=progress,target=/m touch /m/other; exec sleep 984
FROM busybox
RUN --mount=type=cache,id=progress,target=/m until [ -e /m/other ]; do sleep 0.02; done; \\
  seq 30; echo late >&2; exit 7
COPY --from=other /etc/passwd /p
`,
  });
  const { status, stderr } = await daemon.trySkiff(['build', '--progress', 'plain', folder.path]);
  assert.equal(status, 7);
  assert.match(stderr, /\n#\d+ CANCELED\n/);
  const title = String.raw`RUN --mount=type=cache,id=progress,target=/m until .* exit 7`;
  const lines = [...Array(30).keys()].slice(11).map((index) => index + 1);
  const tail = new RegExp(
    `\n------\n > \\[stage-1 2/3\\] ${title}:\n${lines.join('\n')}\nlate\n------\nDockerfile:4\n-{20}\n(?: +\\d \\|.*\n)+-{20}\nThe command .* returned a non-zero code: 7\n$`,
    's',
  );
  assert.match(stderr, tail);
  assert.match(stderr, / {3}4 \| >>> RUN .*\n {3}5 \| >>> {3}seq 30/);
  folder.remove();
});

test('rawjson is one event per line, of which the last tells the failure', async () => {
  const folder = folderOf({ Dockerfile: 'FROM busybox\nRUN echo written; exit 3\n' });
  const { status, stderr, stdout } = await daemon.trySkiff(['build', '--progress', 'rawjson', folder.path]);
  assert.equal(status, 3);
  assert.equal(stdout, '');
  const lines = stderr.trimEnd().split('\n');
  assert.match(lines.pop() ?? '', /^The command .* returned a non-zero code: 3$/);
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    events.map(({ Kind }) => Kind),
    ['step', 'done', 'step', 'output', 'done'],
  );
  const { Lines, Excerpt, Cached } = events.at(-1) ?? {};
  assert.deepEqual([Lines, Cached], [['written'], false]);
  assert.match(String(Excerpt), /^Dockerfile:2\n/);
  folder.remove();
});
