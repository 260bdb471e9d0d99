import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mount } from './build-plan.ts';
import { runOf } from './testing/plan-text.ts';

async function mountOf(options: string): Promise<Mount | undefined> {
  return (await runOf('WORKDIR /w', `RUN --mount=${options} true`)).mounts[0];
}

test('mounts of every type, with what they leave out', async () => {
  assert.deepEqual(await mountOf('target=ctx'), {
    kind: 'bind',
    target: '/w/ctx',
    from: { kind: 'context' },
    source: '/',
    writable: false,
  });
  assert.deepEqual(await mountOf('type=cache,dst=/c/,source=x,mode=700,uid=1,gid=2,ro'), {
    kind: 'cache',
    target: '/c',
    id: '/c',
    sharing: 'shared',
    readOnly: true,
    from: { kind: 'scratch' },
    source: '/x',
    mode: 0o700,
    uid: 1,
    gid: 2,
  });
  assert.deepEqual(await mountOf('type=tmpfs,target=/t,size=1k'), { kind: 'tmpfs', target: '/t', sizeBytes: 1024 });
  const owned = { required: false, mode: 0o400, uid: 0, gid: 0 };
  assert.deepEqual(await mountOf('type=secret,id=a/b'), {
    kind: 'secret',
    id: 'a/b',
    target: '/run/secrets/b',
    env: undefined,
    ...owned,
  });
  assert.deepEqual(await mountOf('type=secret,env=X'), {
    kind: 'secret',
    id: 'X',
    target: undefined,
    env: 'X',
    ...owned,
  });
  assert.deepEqual(await mountOf('type=secret,target=/x/y,required,mode=444'), {
    kind: 'secret',
    id: 'y',
    target: '/x/y',
    env: undefined,
    ...owned,
    required: true,
    mode: 0o444,
  });
  const nearby = await mountOf('type=secret,id=x,target=foo');
  assert.equal(nearby?.target, '/w/foo');
  assert.deepEqual(await mountOf('type=ssh'), {
    kind: 'ssh',
    id: 'default',
    target: '/run/buildkit/ssh_agent.0',
    ...owned,
    mode: 0o600,
  });
});
