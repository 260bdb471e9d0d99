import { createQuietly, removeQuietly } from './container-steps.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';

const cases: ParityCase[] = [
  {
    title: 'ping answers with its headers, also to HEAD',
    differences: [
      { path: /\.headers\.builder-version$/, why: 'there is no BuildKit here: builds come to /build, as tar' },
    ],
    run: async (api) => {
      await api.step('GET', 'GET', '/_ping');
      await api.step('HEAD', 'HEAD', '/_ping');
      await api.step('with a version', 'GET', '/v1.41/_ping');
    },
  },
  {
    title: 'versions that are too old, too new or none are refused',
    run: async (api) => {
      await api.step('too old', 'GET', '/v1.12/version');
      await api.step('too new', 'GET', '/v9.99/version');
      await api.step('no number', 'GET', '/vx/version');
      await api.step('unknown route', 'GET', '/nope');
      await api.step('unknown versioned route', 'GET', '/v1.41/nope');
      await api.step('wrong method', 'PUT', '/version');
      await api.step('trailing slash', 'GET', '/version/');
    },
  },
  {
    title: 'version and info have the same fields',
    run: async (api) => {
      for (const path of ['/version', '/info']) {
        const answer = await api.quietly('GET', path);
        api.note(
          path,
          Object.fromEntries(
            Object.entries(answer.json()).map(([key, value]) => [key, Array.isArray(value) ? 'array' : typeof value]),
          ),
        );
      }
    },
  },
  {
    title: 'events of the past are filtered and in order',
    run: async (api) => {
      const since = Math.floor(Date.now() / 1000);
      const id = await createQuietly(api, 'parity-events', { Cmd: ['sh', '-c', 'exit 5'], Labels: { a: 'b' } });
      await api.quietly('POST', `/containers/${id}/start`);
      await api.quietly('POST', `/containers/${id}/wait`);
      await removeQuietly(api, id);
      const until = Math.floor(Date.now() / 1000) + 1;
      const query = (filters: object) =>
        `/events?since=${since}&until=${until}&filters=${encodeURIComponent(JSON.stringify(filters))}`;
      await api.step('of the container', 'GET', query({ container: [id], type: ['container'] }));
      await api.step('of its deaths', 'GET', query({ container: [id], event: ['die'] }));
      await api.step('by label', 'GET', query({ container: [id], label: ['a=b'], event: ['create'] }));
      await api.step('unknown filter', 'GET', query({ container: [id], nope: ['x'] }));
      await api.step('bad time', 'GET', '/events?since=x&until=1');
    },
  },
  {
    title: 'system df has the same fields',
    run: async (api) => {
      const answer = await api.quietly('GET', '/system/df');
      api.note('fields', Object.keys(answer.json()).sort());
      await api.step('unknown type', 'GET', '/system/df?type=nope');
    },
  },
];

paritySuite('system', cases);
