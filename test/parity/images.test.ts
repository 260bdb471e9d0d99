import { readFile } from 'node:fs/promises';
import { tarOf } from '../support/tar.ts';
import { createQuietly, removeQuietly, runQuietly } from './container-steps.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';
import type { RecordingApi } from './recording-api.ts';

const cases: ParityCase[] = [
  {
    title: 'an image is listed, inspected, and its history told',
    run: async (api) => {
      // Only a name that a user gave counts as a time of tagging; whether one was given before depends on the engine.
      await api.quietly('POST', '/images/busybox/tag?repo=parity/tagged&tag=before');
      await api.quietly('DELETE', '/images/parity/tagged:before');
      await api.step('inspect', 'GET', '/images/busybox/json');
      await api.step('inspect by tag', 'GET', '/images/docker.io/library/busybox:latest/json');
      await api.step('history', 'GET', '/images/busybox/history');
      await api.step('list', 'GET', '/images/json?filters={"reference":["busybox:latest"]}');
      await api.step('unknown', 'GET', '/images/nope/json');
      await api.step('history of unknown', 'GET', '/images/nope/history');
      await api.step('bad name', 'GET', '/images/UPPER:::/json');
      await api.step('unknown filter', 'GET', '/images/json?filters={"nope":["x"]}');
    },
  },
  {
    title: 'names are given, taken away, and the last one deletes',
    run: async (api) => {
      await api.step('tag', 'POST', '/images/busybox/tag?repo=parity/tagged&tag=one');
      await api.step('tag without a tag', 'POST', '/images/busybox/tag?repo=parity/tagged');
      await api.step('bad tag', 'POST', '/images/busybox/tag?repo=parity/tagged&tag=%3A%3A');
      await api.step('bad repository', 'POST', '/images/busybox/tag?repo=UPPER');
      await api.step('unknown', 'POST', '/images/nope/tag?repo=a');
      const answer = await api.quietly('GET', '/images/parity/tagged:one/json');
      api.note(
        'names',
        answer
          .json<{ RepoTags: string[] }>()
          .RepoTags.filter((name) => name.startsWith('parity/'))
          .sort(),
      );
      await api.step('untag', 'DELETE', '/images/parity/tagged:one');
      await api.step('untag again', 'DELETE', '/images/parity/tagged:one');
      await api.step('untag the other', 'DELETE', '/images/parity/tagged');
    },
  },
  {
    title: 'an image is imported with changes, and removed',
    differences: [
      { path: /^\.no archive\./, why: "a broken archive is the client's fault, and the text says where it breaks" },
    ],
    run: async (api) => {
      const archive = Buffer.alloc(1024 * 10); // an empty tar
      const query =
        'fromSrc=-&repo=parity/imported&tag=1&message=why&changes=CMD%20%5B%22sh%22%5D&changes=ENV%20A%3Db&changes=LABEL%20x%3Dy&changes=EXPOSE%2080&changes=WORKDIR%20%2Fw&changes=USER%20u&changes=VOLUME%20%2Fv&changes=ENTRYPOINT%20e';
      await api.step('import', 'POST', `/images/create?${query}`, { body: archive });
      await api.step('inspect', 'GET', '/images/parity/imported:1/json');
      await api.step('history', 'GET', '/images/parity/imported:1/history');
      await api.step('bad change', 'POST', '/images/create?fromSrc=-&changes=NOPE%20x', { body: archive });
      await api.step('no archive', 'POST', '/images/create?fromSrc=-', {
        body: Buffer.from('this is no archive of any kind'),
      });
      await api.step('remove', 'DELETE', '/images/parity/imported:1');
    },
  },
  {
    title: 'an image in use is protected as Docker protects it',
    run: async (api) => {
      const archive = Buffer.alloc(1024 * 10);
      await api.quietly('POST', '/images/create?fromSrc=-&repo=parity/used&tag=1&message=used', { body: archive });
      const { Id } = (await api.quietly('GET', '/images/parity/used:1/json')).json<{ Id: string }>();
      api.learn(Id, 'image');
      const stopped = await createQuietly(api, 'parity-uses', { Image: 'parity/used:1', Cmd: ['x'] });
      await api.step('remove by name', 'DELETE', '/images/parity/used:1');
      await api.step('remove by ID', 'DELETE', `/images/${Id}`);
      await api.step('remove by short ID', 'DELETE', `/images/${Id.slice(7, 19)}`);
      await api.step('force by ID', 'DELETE', `/images/${Id}?force=1`);
      await removeQuietly(api, stopped);
      const program = await readFile('/bin/busybox');
      await api.quietly('POST', '/images/create?fromSrc=-&repo=parity/busybox&tag=1', {
        body: tarOf('busybox', program),
      });
      const running = await runQuietly(api, 'parity-runs', {
        Image: 'parity/busybox:1',
        Cmd: ['/busybox', 'sleep', '1000'],
      });
      const busybox = (await api.quietly('GET', '/images/parity/busybox:1/json')).json<{ Id: string }>().Id;
      api.learn(busybox, 'busybox');
      await api.step('force running by ID', 'DELETE', `/images/${busybox}?force=1`);
      await removeQuietly(api, running);
      await api.quietly('DELETE', '/images/parity/busybox:1');
      await api.quietly('DELETE', `/images/${Id}?force=1`);
      await api.step('gone', 'GET', `/images/${Id}/json`);
    },
  },
  {
    title: 'archives that are none are refused, and prune says what it removed',
    differences: [
      { path: /^\.load (nothing|an empty archive)\.body\./, why: 'Docker tells of a temporary file of its own' },
    ],
    run: async (api) => {
      await api.step('load nothing', 'POST', '/images/load', { body: Buffer.alloc(0) });
      await api.step('load an empty archive', 'POST', '/images/load', { body: Buffer.alloc(10240) });
      await api.step('save unknown', 'GET', '/images/nope/get');
      const nothing = await api.quietly('GET', '/images/get');
      api.note('save nothing', { status: nothing.status, files: filesIn(nothing.body) });
      await api.quietly(
        'POST',
        '/images/create?fromSrc=-&repo=parity/pruned&tag=1&message=pruned&changes=LABEL%20parity%3Dprune',
        { body: Buffer.alloc(10240) },
      );
      const { Id } = (await api.quietly('GET', '/images/parity/pruned:1/json')).json<{ Id: string }>();
      api.learn(Id, 'pruned');
      await api.step('prune', 'POST', '/images/prune?filters={"label":["parity=prune"],"dangling":["false"]}');
      await api.step('prune with an unknown filter', 'POST', '/images/prune?filters={"nope":["x"]}');
    },
  },
  {
    title: 'images are found by each filter',
    run: async (api) => {
      const { first, second } = { first: 'parity/filter:1', second: 'parity/filter:2' };
      await importQuietly(api, first, 'LABEL parity=one');
      await importQuietly(api, second, 'LABEL parity=two');
      const wanted: [string, object][] = [
        ['by label', { label: ['parity'] }],
        ['by label and value', { label: ['parity=one'] }],
        ['by two labels', { label: ['parity=one', 'parity=two'] }],
        ['before', { before: [second], label: ['parity'] }],
        ['since', { since: [first], label: ['parity'] }],
        ['until', { until: ['1s', '1h'], label: ['parity'] }],
        ['by pattern', { reference: ['parity/filt*:2'] }],
        ['by repository', { reference: ['parity/filter'] }],
        ['with a name', { dangling: ['false'], label: ['parity'] }],
        ['without a name', { dangling: ['true'], label: ['parity'] }],
      ];
      for (const [name, filters] of wanted) {
        const answer = await api.quietly('GET', `/images/json?filters=${encodeURIComponent(JSON.stringify(filters))}`);
        const tags = answer.json<{ RepoTags: string[] }[]>().flatMap(({ RepoTags }) => RepoTags);
        api.note(name, tags.sort());
      }
      const refused = ['{"dangling":["x"]}', '{"before":["nope"]}', '{"until":["x"]}', '{"reference":["[x"]}', 'x'];
      for (const filters of refused) {
        await api.step(`refused: ${filters}`, 'GET', `/images/json?filters=${encodeURIComponent(filters)}`);
      }
      await api.quietly('DELETE', `/images/${first}`);
      await api.quietly('DELETE', `/images/${second}`);
    },
  },
  {
    title: 'an archive that was saved is loaded, and takes its name back',
    run: async (api) => {
      const id = await importQuietly(api, 'parity/moves:1', 'LABEL parity=moves');
      api.learn(id, 'saved');
      const { body } = await api.quietly('GET', '/images/get?names=parity/moves:1');
      const headers = { 'content-type': 'application/x-tar' };
      await api.step('load what is there', 'POST', '/images/load?quiet=0', { body, headers });
      await importQuietly(api, 'parity/moves:1', 'LABEL parity=other');
      const moved = await api.quietly('GET', '/images/parity/moves:1/json');
      api.learn(moved.json<{ Id: string }>().Id, 'other');
      await api.step('load over another', 'POST', '/images/load', { body, headers });
      await api.step('inspect', 'GET', '/images/parity/moves:1/json');
      const { body: nameless } = await api.quietly('GET', `/images/get?names=${id}`);
      await api.step('load without a name', 'POST', '/images/load', { body: nameless, headers });
      await api.step('save a tag that is not there', 'GET', '/images/get?names=parity/moves:nope');
      await api.quietly('DELETE', '/images/parity/moves:1');
      await api.quietly('DELETE', `/images/${moved.json<{ Id: string }>().Id}`);
    },
  },
  {
    title: 'an image with several names goes with the last, or by force',
    run: async (api) => {
      const id = await importQuietly(api, 'parity/several:1', 'LABEL parity=several');
      api.learn(id, 'several');
      await api.quietly('POST', '/images/parity/several:1/tag?repo=parity/several&tag=2');
      await api.quietly('POST', '/images/parity/several:1/tag?repo=parity/elsewhere&tag=1');
      await api.step('by ID', 'DELETE', `/images/${id}`);
      await api.step('one name', 'DELETE', '/images/parity/several:2');
      await api.step('by short ID and force', 'DELETE', `/images/${id.slice(7, 19)}?force=1`);
      await api.step('again', 'DELETE', `/images/${id.slice(7, 19)}`);
    },
  },
  {
    title: 'an image that others were made from loses its name, and goes with the last of them',
    run: async (api) => {
      const parent = await importQuietly(api, 'parity/parent:1', 'LABEL parity=parent');
      api.learn(parent, 'parent');
      for (const child of ['one', 'two']) {
        const container = await createQuietly(api, `parity-${child}`, { Image: 'parity/parent:1', Cmd: ['x'] });
        const commit = `/commit?container=${container}&repo=parity/${child}&tag=1&comment=${child}`;
        api.learn((await api.quietly('POST', commit)).json<{ Id: string }>().Id, child);
        await removeQuietly(api, container);
      }
      await api.step('by ID', 'DELETE', `/images/${parent}`);
      await api.step('by ID and force', 'DELETE', `/images/${parent}?force=1`);
      await api.quietly('POST', `/images/${parent}/tag?repo=parity/parent&tag=1`);
      await api.step('the name of the parent', 'DELETE', '/images/parity/parent:1');
      await api.step('the first child', 'DELETE', '/images/parity/one:1');
      await api.step('the last child', 'DELETE', '/images/parity/two:1');
      await api.step('the parent is gone', 'GET', `/images/${parent}/json`);
    },
  },
  {
    title: 'what happens to an image is told as events',
    run: async (api) => {
      const since = Date.now() / 1000;
      const id = await importQuietly(api, 'parity/events:1', 'LABEL parity=events');
      api.learn(id, 'told');
      await api.quietly('POST', '/images/parity/events:1/tag?repo=parity/events&tag=2');
      const { body } = await api.quietly('GET', '/images/get?names=parity/events:1');
      await api.quietly('POST', '/images/load', { body, headers: { 'content-type': 'application/x-tar' } });
      await api.quietly('DELETE', '/images/parity/events:2');
      await api.quietly('DELETE', '/images/parity/events:1');
      const filters = encodeURIComponent(JSON.stringify({ type: ['image'], label: ['parity=events'] }));
      const until = Date.now() / 1000;
      await api.step('events', 'GET', `/events?since=${since}&until=${until}&filters=${filters}`);
    },
  },
];

/** An image of its own for a case; returns its ID. */
async function importQuietly(api: RecordingApi, name: string, change: string): Promise<string> {
  const [repository, tag] = name.split(':');
  const path = `/images/create?fromSrc=-&repo=${repository}&tag=${tag}&message=parity&changes=${encodeURIComponent(change)}`;
  const answer = await api.quietly('POST', path, { body: Buffer.alloc(10240) });
  return answer.json<{ status: string }>().status;
}

paritySuite('images', cases);

/** The files of a tar without their times: Docker writes that of the request. */
function filesIn(tar: Buffer): Record<string, string> {
  const files: Record<string, string> = {};
  for (let at = 0; tar[at] !== undefined && tar[at] !== 0; ) {
    const header = tar.subarray(at, at + 512);
    const length = Number.parseInt(header.toString('latin1', 124, 135), 8);
    files[header.toString('latin1', 0, header.indexOf(0))] = tar.toString('latin1', at + 512, at + 512 + length);
    at += 512 + Math.ceil(length / 512) * 512;
  }
  return files;
}
