import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { after, before, test } from 'node:test';
import { type Cli, clis } from '../../support/clis.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { openRegistry } from '../registry/registry-fixture.ts';

/** Names, digests and the words of `rmi` for images that came from a registry, as Docker 26 has them. */

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

interface Pulled {
  readonly registry: string;
  readonly digest: string;
  readonly id: string;
  readonly run: (...args: string[]) => Promise<string>;
}

/** A registry with `team/bb:1` and `other/bb:2`, both pulled; the image has no other name. */
async function pulled(t: TestContext, cli: Cli): Promise<Pulled> {
  const fixture = await openRegistry(t);
  const registry = fixture.registry.address;
  const run = async (...args: string[]) => {
    const result = await cli.run(daemon, args);
    assert.equal(result.status, 0, result.stderr);
    return result.stdout;
  };
  const container = (await run('create', 'busybox', 'x')).trim();
  await run('commit', '-m', cli.name, container, `${registry}/team/bb:1`);
  await run('rm', container);
  await run('tag', `${registry}/team/bb:1`, `${registry}/other/bb:2`);
  for (const name of ['team/bb:1', 'other/bb:2']) await run('push', '-q', `${registry}/${name}`);
  await run('rmi', `${registry}/team/bb:1`, `${registry}/other/bb:2`);
  for (const name of ['team/bb:1', 'other/bb:2']) await run('pull', '-q', `${registry}/${name}`);
  const answer = await fixture.request('HEAD', '/v2/team/bb/manifests/1');
  const digest = answer.headers.get('docker-content-digest') ?? '';
  const id = (await run('images', '-q', '--no-trunc', `${registry}/team/bb`)).trim();
  return { registry, digest, id, run };
}

for (const cli of clis) {
  test(`${cli.name}: each name of a pulled image is listed with its digest`, { skip: cli.skip }, async (t) => {
    const { registry, digest, id, run } = await pulled(t, cli);
    const format = '{{.Repository}} {{.Tag}} {{.Digest}} {{.ID}}';
    const short = id.slice(7, 19);
    const list = (...more: string[]) => run('images', '--format', format, ...more, `${registry}/*/*`);
    const both = [`${registry}/other/bb 2 ${digest} ${short}`, `${registry}/team/bb 1 ${digest} ${short}`];
    assert.deepEqual((await list('--digests')).trim().split('\n').sort(), both);
    assert.equal(await list('--filter', 'dangling=true'), '');
    await run('rmi', `${registry}/team/bb@${digest}`);
    assert.match(await list('--digests'), new RegExp(`team/bb 1 <none> ${short}`));
    await run('rmi', '-f', id);
    assert.equal(await run('images', '-q', `${registry}/*/*`), '');
  });

  test(`${cli.name}: rmi takes the digest with the last tag, and the image with the last name`, {
    skip: cli.skip,
  }, async (t) => {
    const { registry, digest, id, run } = await pulled(t, cli);
    await run('tag', `${registry}/team/bb:1`, `${registry}/team/bb:also`);
    assert.equal(await run('rmi', `${registry}/team/bb:1`), `Untagged: ${registry}/team/bb:1\n`);
    assert.equal(
      await run('rmi', `${registry}/team/bb:also`),
      `Untagged: ${registry}/team/bb:also\nUntagged: ${registry}/team/bb@${digest}\n`,
    );
    const last = await run('rmi', `${registry}/other/bb:2`);
    assert.equal(last, `Untagged: ${registry}/other/bb:2\nUntagged: ${registry}/other/bb@${digest}\nDeleted: ${id}\n`);
  });

  test(`${cli.name}: an image that was pulled by its digest has no tag, and so counts as dangling`, {
    skip: cli.skip,
  }, async (t) => {
    const { registry, digest, id, run } = await pulled(t, cli);
    await run('rmi', '-f', id);
    const name = `${registry}/team/bb@${digest}`;
    await run('pull', '-q', name);
    const format = '{{.Repository}} {{.Tag}} {{.Digest}}';
    const listed = await run('images', '--digests', '--format', format, `${registry}/team/bb`);
    assert.equal(listed, `${registry}/team/bb <none> ${digest}\n`);
    assert.equal(await run('images', '-q', '--no-trunc', '--filter', 'dangling=true'), `${id}\n`);
    assert.equal(await run('rmi', name), `Untagged: ${name}\nDeleted: ${id}\n`);
  });
}
