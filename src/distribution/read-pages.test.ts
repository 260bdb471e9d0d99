import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { NO_CREDENTIALS } from './credentials.ts';
import { listTags } from './list-tags.ts';
import { RegistryClient } from './registry-client.ts';
import { testSettings } from './testing/registry-settings.ts';

/** What is answered for each page, by its number; undefined ends the list. */
let page: (number: number) => string | undefined;
const server = createServer((request, response) => {
  const number = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page'));
  if (page(number + 1) !== undefined) response.setHeader('link', `<?page=${number + 1}>; rel="next"`);
  response.end(page(number));
});
const never = new AbortController().signal;
let client: RegistryClient;

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  page = () => undefined;
  client = await RegistryClient.connect(
    { base: `http://${host}`, host, isMirror: false, acceptsAnyCertificate: false },
    NO_CREDENTIALS,
    testSettings(),
    never,
  );
});
after(() => {
  client.close();
  server.close();
});

const tags = (names: readonly unknown[] | null) => JSON.stringify({ tags: names });

test('the tags of all pages are one list, and what is no name is left out', async () => {
  const pages = [tags(['a', 'b']), tags(null), tags(['c', 7]), '[]'];
  page = (number) => pages[number];
  assert.deepEqual(await listTags(client, 'x', never), ['a', 'b', 'c']);
});

test('a page may hold more names than a call has arguments', async () => {
  const names = Array.from({ length: 500_000 }, (_, n) => `${n}`);
  page = (number) => (number === 0 ? tags(names) : undefined);
  assert.equal((await listTags(client, 'x', never)).length, names.length);
});

test('a list that does not end is left, and so is one that fills the memory', async () => {
  page = () => tags(['again']);
  await assert.rejects(listTags(client, 'x', never), /^EngineError: the registry's list has more than 1000 pages$/);
  const large = tags(['x'.repeat(3_000_000)]);
  page = () => large;
  await assert.rejects(listTags(client, 'x', never), /is larger than \d+ bytes$/);
  page = () => 'no list';
  await assert.rejects(listTags(client, 'x', never), /^EngineError: the registry's list cannot be read: /);
});
