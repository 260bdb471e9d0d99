import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../lib/digest.ts';
import { DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from './media-types.ts';
import { checkLayers, parseManifest } from './parse-manifest.ts';

const digest = digestOf('any');
const descriptor = { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 3 };
const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size: 5 };
const image = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: descriptor, layers: [layer] };

function parse(document: unknown, contentType = '') {
  return parseManifest(Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)), contentType);
}

test('an image names its configuration and layers, and has the digest of its bytes', () => {
  const manifest = parse(image);
  assert.ok(manifest.kind === 'image');
  assert.equal(manifest.digest, digestOf(JSON.stringify(image)));
  assert.equal(manifest.config.sizeBytes, 3);
  assert.deepEqual(
    manifest.layers.map(({ sizeBytes }) => sizeBytes),
    [5],
  );
});

test('what a manifest does not say of itself the answer’s type says', () => {
  const { mediaType: _, ...untyped } = image;
  assert.equal(parse(untyped, `${DOCKER_MANIFEST}; charset=utf-8`).mediaType, DOCKER_MANIFEST);
  assert.equal(parse(image, DOCKER_MANIFEST).mediaType, OCI_MANIFEST);
});

test('an index lists images by platform', () => {
  const platform = { os: 'linux', architecture: 'arm', variant: 'v7' };
  const index = parse({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [{ ...descriptor, platform }] });
  assert.ok(index.kind === 'index');
  assert.deepEqual(index.manifests[0]?.platform, platform);
});

test('what is no manifest, or more than one thing at once, is refused', () => {
  const refused: [unknown, RegExp][] = [
    ['not JSON', /cannot be used/],
    ['[]', /no JSON object/],
    [{}, /unsupported schema version/],
    [{ ...image, schemaVersion: 1 }, /schema 1 are obsolete/],
    [{ ...image, mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' }, /schema 1 are obsolete/],
    [{ ...image, manifests: [] }, /at once/],
    [{ ...image, mediaType: OCI_INDEX }, /its media type is/],
    [{ schemaVersion: 2, mediaType: OCI_MANIFEST, manifests: [] }, /its media type is/],
    [{ ...image, layers: 'x' }, /layers is no list/],
    [{ ...image, layers: [null] }, /no descriptor/],
    [{ ...image, layers: [{ ...layer, digest: 'sha256:x' }] }, /no sha256 digest/],
    [{ ...image, layers: [{ ...layer, digest: `sha512:${'a'.repeat(128)}` }] }, /no sha256 digest/],
    [{ ...image, layers: [{ ...layer, size: -1 }] }, /the size of sha256:\w+ is -1/],
    [{ ...image, layers: [{ ...layer, size: 1e300 }] }, /the size of/],
    [{ ...image, layers: Array.from({ length: 501 }, () => layer) }, /more than 500 entries/],
    [{ ...image, config: { ...descriptor, mediaType: 'text/x' } }, /unsupported media type text\/x/],
  ];
  for (const [document, expected] of refused) assert.throws(() => parse(document), expected);
});

test('layers that may not be handed out, and layers of unknown kinds, are refused', () => {
  const layersOf = (changes: object) => {
    const manifest = parse({ ...image, layers: [{ ...layer, ...changes }] });
    return manifest.kind === 'image' ? manifest.layers : [];
  };
  checkLayers(layersOf({}));
  const foreign = { mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip' };
  assert.throws(() => checkLayers(layersOf(foreign)), /is a foreign layer/);
  assert.throws(() => checkLayers(layersOf({ urls: ['https://elsewhere'] })), /at https:\/\/elsewhere$/);
  assert.throws(() => checkLayers(layersOf({ mediaType: 'text/x' })), /unsupported media type text\/x of layer/);
});
