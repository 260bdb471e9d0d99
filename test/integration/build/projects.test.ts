import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { folderOf } from '../../support/builds.ts';
import { mustRun } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { debianArchive } from '../../support/debian.ts';
import { until } from '../../support/until.ts';

// Projects as people have them, with packages from Debian and npm: each is built, run, and asked over its published port.

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
  await daemon.skiff([
    'import',
    '-c',
    'ENV LC_ALL=C DEBIAN_FRONTEND=noninteractive',
    await debianArchive(),
    'debian:12',
  ]);
});
after(() => daemon.close());

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Runs the image, and answers what it says to a request to its port. */
async function answerOf(image: string, containerPort: number, path = '/'): Promise<string> {
  const port = await freePort();
  const id = (await daemon.skiff(['run', '-d', '-p', `127.0.0.1:${port}:${containerPort}`, image])).trim();
  const answer = await until(`${image} answers`, async () => {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return await response.text();
    } catch {
      return undefined; // nobody listens yet
    }
  });
  await daemon.skiff(['rm', '-f', id]);
  return answer;
}

const APT =
  'RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked';
/** Debian's images keep no packages after an installation; those of a build do, in its caches. */
const install = (packages: string) =>
  `${APT} apt-get update -q && apt-get install -qy --no-install-recommends ${packages}`;

test('an nginx site on Debian', async () => {
  const folder = folderOf({
    Dockerfile: `FROM debian:12
${install('nginx-light')}
COPY site.conf /etc/nginx/sites-enabled/default
COPY --chown=www-data html/ /srv/site/
EXPOSE 8080
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
`,
    'site.conf': 'server { listen 8080; root /srv/site; }\n',
    'html/index.html': '<h1>built and served</h1>\n',
    '.dockerignore': '*.swp\n',
  });
  await daemon.skiff(['build', '-t', 'site', folder.path]);
  assert.equal(await answerOf('site', 8080), '<h1>built and served</h1>\n');
  folder.remove();
});

test('a Node service, its packages by npm ci with a cache, in a slim last stage', async () => {
  const npm = (await mustRun('npm', ['root', '-g'])).trim();
  const folder = folderOf({
    Dockerfile: `# syntax=docker/dockerfile:1
FROM debian:12 AS node
${install('nodejs')}
FROM node AS packages
COPY --from=npm . /opt/npm
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm --mount=type=secret,id=authorities,target=/authorities.pem \\
  NODE_EXTRA_CA_CERTS=/authorities.pem node /opt/npm/bin/npm-cli.js ci --omit=dev --no-audit --no-fund
FROM node
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY server.js ./
USER nobody
EXPOSE 3000
CMD ["node", "server.js"]
`,
    'package.json': JSON.stringify({ name: 'service', version: '1.0.0', dependencies: { ms: '2.1.3' } }),
    'package-lock.json': JSON.stringify({
      name: 'service',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: {
        '': { name: 'service', version: '1.0.0', dependencies: { ms: '2.1.3' } },
        'node_modules/ms': {
          version: '2.1.3',
          integrity: 'sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==',
        },
      },
    }),
    'server.js': `const ms = require('ms');
require('http').createServer((_, response) => response.end(ms('2 days') + ' ms\\n')).listen(3000);
`,
  });
  // Whom this host trusts, the build does as well: there may be a proxy in between.
  const authorities = ['--secret', 'id=authorities,src=/etc/ssl/certs/ca-certificates.crt'];
  await daemon.skiff(['build', '-t', 'service', '--build-context', `npm=${npm}/npm`, ...authorities, folder.path]);
  assert.equal(await answerOf('service', 3000), '172800000 ms\n');
  const history = await daemon.skiff(['history', '--format', '{{.CreatedBy}}', 'service']);
  assert.doesNotMatch(history, /npm-cli/);
  folder.remove();
});

test('a C program, compiled in one stage and alone in the next', async () => {
  const folder = folderOf({
    Dockerfile: `FROM debian:12 AS compiler
${install('gcc libc6-dev')}
WORKDIR /src
COPY main.c .
RUN gcc -O2 -static -o /out main.c
FROM scratch
COPY --from=compiler /out /server
EXPOSE 7000
ENTRYPOINT ["/server"]
`,
    'main.c': `#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void) {
  int on = 1, server = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(7000) };
  const char *answer = "HTTP/1.0 200 OK\\r\\nContent-Length: 7\\r\\n\\r\\nfrom C\\n";
  char request[4096];
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(server, (struct sockaddr *)&address, sizeof address) || listen(server, 8)) return 1;
  for (;;) {
    int client = accept(server, 0, 0);
    if (client < 0 || read(client, request, sizeof request) < 0) continue;
    if (write(client, answer, strlen(answer)) < 0) return 2;
    close(client);
  }
}
`,
  });
  await daemon.skiff(['build', '-t', 'native', folder.path]);
  assert.equal(await answerOf('native', 7000), 'from C\n');
  const [image] = JSON.parse(await daemon.skiff(['image', 'inspect', 'native'])) as {
    Size: number;
    RootFS: { Layers: string[] };
  }[];
  assert.equal(image?.RootFS.Layers.length, 1);
  assert.ok((image?.Size ?? 0) < 2_000_000);
  folder.remove();
});

test('a Python application with packages of Debian', async () => {
  const folder = folderOf({
    Dockerfile: `FROM debian:12
${install('python3-minimal python3-flask')}
WORKDIR /app
COPY app.py .
ENV GREETING=hello
RUN useradd --system app
USER app
EXPOSE 5000
HEALTHCHECK --interval=1s CMD python3 -c "import urllib.request as r; r.urlopen('http://127.0.0.1:5000/')"
CMD ["python3", "app.py"]
`,
    'app.py': `import os
from flask import Flask
app = Flask(__name__)
@app.route("/")
def greet():
    return os.environ["GREETING"] + " from flask\\n"
app.run(host="0.0.0.0", port=5000)
`,
  });
  await daemon.skiff(['build', '-t', 'flask', folder.path]);
  assert.equal(await answerOf('flask', 5000), 'hello from flask\n');
  folder.remove();
});
