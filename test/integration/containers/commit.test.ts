import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createContainer, exitCodeOf, outputOf, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

interface Inspect {
  readonly Id: string;
  readonly Parent: string;
  readonly Comment: string;
  readonly Author: string;
  readonly Config: { readonly Cmd: string[]; readonly Env: string[]; readonly Labels: Record<string, string> };
  readonly RootFS: { readonly Layers: string[] };
}

async function commit(id: string, query: string, body?: object): Promise<string> {
  const answer = await daemon.call('POST', `/commit?container=${id}${query}`, body === undefined ? {} : { body });
  assert.equal(answer.status, 201, answer.text());
  return answer.json<{ Id: string }>().Id;
}

async function inspect(image: string): Promise<Inspect> {
  return (await daemon.call('GET', `/images/${image}/json`)).json<Inspect>();
}

test('an image holds what its container changed, and starts as the container did', async () => {
  const id = await runContainer(daemon, { Cmd: ['sh', '-c', 'cat /made || echo kept > /made; rm -f /etc/group'] });
  assert.equal(await exitCodeOf(daemon, id), 0);
  const image = await commit(id, '&repo=made&tag=1&comment=why&author=me');
  const found = await inspect('made:1');
  const parent = await inspect('busybox');
  assert.deepEqual([found.Id, found.Parent, found.Comment, found.Author], [image, parent.Id, 'why', 'me']);
  assert.deepEqual(found.RootFS.Layers.slice(0, -1), parent.RootFS.Layers);
  const again = await runContainer(daemon, { Image: 'made:1' });
  assert.equal(await exitCodeOf(daemon, again), 0);
  assert.equal(await outputOf(daemon, { Image: 'made:1', Cmd: ['cat', '/made'] }), 'kept\n');
  assert.equal(await outputOf(daemon, { Image: 'made:1', Cmd: ['sh', '-c', 'ls /etc/group || echo gone'] }), 'gone\n');
});

test('a container that changed nothing adds no layer', async () => {
  const id = await createContainer(daemon, {});
  const image = await inspect(await commit(id, ''));
  assert.deepEqual(image.RootFS.Layers, (await inspect('busybox')).RootFS.Layers);
});

test('changes and a configuration win over what the container has', async () => {
  const id = await createContainer(daemon, { Env: ['A=1', 'B=2'], Cmd: ['old'] });
  const changed = await inspect(await commit(id, `&changes=${encodeURIComponent('CMD ["new"]')}&changes=ENV%20A=3`));
  assert.deepEqual(changed.Config.Cmd, ['new']);
  assert.ok(changed.Config.Env.includes('A=3') && changed.Config.Env.includes('B=2'));
  const given = await inspect(await commit(id, '', { Env: ['A=4'], Labels: { x: 'y' } }));
  assert.deepEqual(given.Config.Cmd, ['old']);
  assert.ok(given.Config.Env.includes('A=4') && given.Config.Env.includes('B=2'));
  assert.deepEqual(given.Config.Labels, { x: 'y' });
  const refused = await daemon.call('POST', `/commit?container=${id}&changes=RUN%20x`);
  assert.deepEqual([refused.status, refused.json()], [400, { message: 'RUN is not a valid change command' }]);
});

test('a container that runs stands still meanwhile, and runs on', async () => {
  const id = await runContainer(daemon, { Cmd: ['sleep', '1000'] });
  const since = Math.floor(Date.now() / 1000) - 1;
  await commit(id, '');
  const until = Math.ceil(Date.now() / 1000) + 1;
  const filters = encodeURIComponent(JSON.stringify({ container: [id] }));
  const events = await daemon.call('GET', `/events?since=${since}&until=${until}&filters=${filters}`);
  assert.match(events.text(), /"pause"[\s\S]*"commit"[\s\S]*"unpause"/);
  const { State } = (await daemon.call('GET', `/containers/${id}/json`)).json<{ State: { Status: string } }>();
  assert.equal(State.Status, 'running');
});

test('skiff commit prints the ID of an image that can be run', async () => {
  const id = await createContainer(daemon, { Cmd: ['echo', 'from the image'] });
  const image = (await daemon.skiff(['commit', '-m', 'text', id, 'by/hand'])).trim();
  assert.match(image, /^sha256:[0-9a-f]{64}$/);
  assert.equal(await daemon.skiff(['run', '--rm', 'by/hand:latest']), 'from the image\n');
});
