import { after } from 'node:test';
import type { Answer } from '../support/http.ts';
import { progressLines } from '../support/progress.ts';
import { registryImage, registryIndex } from '../support/registry-image.ts';
import { refuse, TestRegistry } from '../support/test-registry.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';
import type { RecordingApi } from './recording-api.ts';

const registry = await TestRegistry.start();
after(() => registry.close());

const image = registryImage({ files: { one: 'parity of pulls', two: 'second layer' } });
registry.add('parity/pulled', '1', image);
const amd64 = registryImage({ files: { one: 'for this platform' }, architecture: 'amd64' });
registry.add('parity/index', 'child', amd64);
registry.addManifest('parity/index', '1', registryIndex({ 'linux/amd64': amd64, 'linux/arm64/v8': amd64 }));
registry.addManifest('parity/index', 'none', registryIndex({ 'linux/s390x': amd64 }));

/** What comes at its own time, or as often as it likes, says nothing of what happened. */
const PASSING = /^(Downloading|Extracting|Pushing|Waiting|Verifying Checksum|Download complete|Retrying.*)$/;

function authOf(credentials: object): { headers: Record<string, string> } {
  // With its padding, which Go insists on.
  return { headers: { 'x-registry-auth': Buffer.from(JSON.stringify(credentials)).toString('base64') } };
}

/** The messages without an ID in their order, and for each ID its own: layers go side by side. */
function storyOf(answer: Answer) {
  const whole: unknown[] = [];
  const byId: Record<string, unknown[]> = {};
  for (const line of progressLines(answer)) {
    if (PASSING.test(line.status ?? '')) continue;
    if (line.id === undefined || line.status?.startsWith('Pulling from') === true) whole.push(line);
    else (byId[line.id] ??= []).push(line);
  }
  return { status: answer.status, whole, layers: Object.values(byId) };
}

const path = (name: string, tag: string) => `/images/create?fromImage=${registry.address}/${name}&tag=${tag}`;

async function removed(api: RecordingApi, name: string): Promise<void> {
  await api.quietly('DELETE', `/images/${registry.address}/${name}?force=1`);
}

/** The registry answers requests of this kind by a refusal. */
function refusing(kind: RegExp, status: number, code: string, headers: Record<string, string> = {}): void {
  registry.fault = (request, response) => {
    if (!kind.test(request.path)) return false;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (code === '') response.writeHead(status).end();
    else refuse(response, status, code, 'as told');
    return true;
  };
}

const cases: ParityCase[] = [
  {
    title: 'an image is pulled, pulled again, by digest and under another name',
    run: async (api) => {
      api.learn(registry.address, 'registry');
      api.note('first', storyOf(await api.quietly('POST', path('parity/pulled', '1'))));
      api.note('again', storyOf(await api.quietly('POST', path('parity/pulled', '1'))));
      api.note('by digest', storyOf(await api.quietly('POST', path('parity/pulled', image.manifest.digest))));
      const inspected = await api.quietly('GET', `/images/${registry.address}/parity/pulled:1/json`);
      const { RepoTags, RepoDigests } = inspected.json<{ RepoTags: string[]; RepoDigests: string[] }>();
      api.note('names', { RepoTags, RepoDigests });
      await removed(api, 'parity/pulled:1');
    },
  },
  {
    title: 'of an index the right image is pulled, or none',
    run: async (api) => {
      api.learn(registry.address, 'registry');
      api.note('index', storyOf(await api.quietly('POST', path('parity/index', '1'))));
      api.note('no such platform', storyOf(await api.quietly('POST', path('parity/index', 'none'))));
      await api.step('inspect the index', 'GET', `/distribution/${registry.address}/parity/index:1/json`);
      await api.step('inspect an image', 'GET', `/distribution/${registry.address}/parity/pulled:1/json`);
      await removed(api, 'parity/index:1');
    },
  },
  {
    title: 'pulls that cannot be',
    run: async (api) => {
      api.learn(registry.address, 'registry');
      await api.step('no such tag', 'POST', path('parity/pulled', 'nope'));
      await api.step('no such repository', 'POST', path('parity/nope', '1'));
      await api.step('no such digest', 'POST', path('parity/pulled', `sha256:${'a'.repeat(64)}`));
      await api.step('bad name', 'POST', '/images/create?fromImage=UPPER&tag=1');
      await api.step('bad tag', 'POST', path('parity/pulled', ':bad:'));
      await api.step('bad platform', 'POST', `${path('parity/pulled', '1')}&platform=bogus`);
      await api.step('nobody there', 'POST', '/images/create?fromImage=127.0.0.1:1/parity/pulled&tag=1');
      await api.step('inspect no such tag', 'GET', `/distribution/${registry.address}/parity/pulled:nope/json`);
      await api.step('inspect a bad name', 'GET', '/distribution/UPPER/json');
      for (const [status, code] of [
        [403, 'DENIED'],
        [404, 'NAME_UNKNOWN'],
        [400, 'UNSUPPORTED'],
        [429, 'TOOMANYREQUESTS'],
      ] as const) {
        refusing(/manifests/, status, code, status === 429 ? { 'retry-after': '0' } : {});
        await api.step(`refused: ${code}`, 'POST', path('parity/pulled', '1'));
      }
      registry.fault = () => false;
    },
  },
  {
    title: 'a registry that wants a name and a password',
    run: async (api) => {
      api.learn(registry.address, 'registry');
      registry.fault = ({ headers }, response) => {
        if (headers.authorization === `Basic ${Buffer.from('joe:secret').toString('base64')}`) return false;
        response.setHeader('www-authenticate', 'Basic realm="test"');
        refuse(response, 401, 'UNAUTHORIZED', 'authentication required');
        return true;
      };
      const wrong = authOf({ username: 'joe', password: 'wrong' });
      await api.step('without', 'POST', path('parity/pulled', '1'));
      await api.step('wrong', 'POST', path('parity/pulled', '1'), wrong);
      api.note(
        'right',
        storyOf(await api.quietly('POST', path('parity/pulled', '1'), authOf({ username: 'joe', password: 'secret' }))),
      );
      const push = `/images/${registry.address}/parity/pulled/push?tag=1`;
      api.note('push without', storyOf(await api.quietly('POST', push, authOf({}))));
      api.note('push wrong', storyOf(await api.quietly('POST', push, wrong)));
      const login = (password: string) => ({
        body: { username: 'joe', password, serveraddress: registry.address },
      });
      await api.step('login', 'POST', '/auth', login('secret'));
      await api.step('login wrong', 'POST', '/auth', login('wrong'));
      registry.fault = () => false;
      await api.step('login where none is wanted', 'POST', '/auth', login('any'));
      await removed(api, 'parity/pulled:1');
    },
  },
  {
    title: 'an image is pushed, pushed again, and all of its tags',
    run: async (api) => {
      api.learn(registry.address, 'registry');
      await api.quietly('POST', path('parity/pulled', '1'));
      const source = `${registry.address}/parity/pulled`;
      const name = `${registry.address}/parity/pushed`;
      await api.quietly('POST', `/images/${source}:1/tag?repo=${name}&tag=1`);
      await api.quietly('POST', `/images/${source}:1/tag?repo=${name}&tag=2`);
      const push = (query: string) => api.quietly('POST', `/images/${name}/push${query}`, authOf({}));
      api.note('again', storyOf(await push('?tag=1')));
      api.note('all tags', storyOf(await push('')));
      api.note('no such tag', storyOf(await push('?tag=nope')));
      api.note(
        'no such image',
        storyOf(await api.quietly('POST', `/images/${registry.address}/parity/none/push?tag=1`, authOf({}))),
      );
      await api.step('no credentials at all', 'POST', `/images/${name}/push?tag=1`);
      await api.step('bad tag', 'POST', `/images/${name}/push?tag=::`, authOf({}));
      await api.step('bad name', 'POST', '/images/UPPER/push?tag=1', authOf({}));
      refusing(/uploads|blobs|manifests/, 403, 'DENIED');
      api.note('denied', storyOf(await push('?tag=1')));
      registry.fault = () => false;
      for (const one of ['parity/pushed:1', 'parity/pushed:2', 'parity/pulled:1']) await removed(api, one);
    },
  },
  {
    title: 'searches that are refused before anybody is asked',
    run: async (api) => {
      await api.step('too many', 'GET', '/images/search?term=x&limit=1000');
      await api.step('no number', 'GET', '/images/search?term=x&limit=abc');
      await api.step('a scheme', 'GET', '/images/search?term=https://x/y');
    },
  },
];

paritySuite('registries', cases);
