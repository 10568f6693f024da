import { describe, expect, it } from 'vitest';
import { namingOf } from '../../../src/formats/names/namings.js';
import type { Annotations } from '../../../src/oci/values/annotations.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { digestOf } from '../../../src/oci/values/digest.js';

const HELM = 'application/vnd.cncf.helm.config.v1+json';
const CHART = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const PROVENANCE = 'application/vnd.cncf.helm.chart.provenance.v1.prov';
const KIT = 'application/vnd.kitops.modelkit.config.v1+json';
const kit = (type: string, ending = 'tar+gzip') => `application/vnd.kitops.modelkit.${type}.v1.${ending}`;

const layer = (mediaType: string, text = mediaType, annotations?: Annotations): Descriptor => ({
  mediaType,
  digest: digestOf(Buffer.from(text)),
  size: text.length,
  ...(annotations && { annotations }),
});

function names(configType: string, layers: readonly Descriptor[], config?: unknown, annotations: Annotations = {}) {
  const facts = { configType, annotations, layers };
  return namingOf(facts)?.names(facts, config);
}

describe('names of Helm', () => {
  it('come from the config, or from the annotations of the manifest', () => {
    const layers = [layer(CHART), layer(PROVENANCE), layer('text/plain')];
    const file = 'app-1.2.3+build.tgz';
    const expected = [{ name: file }, { name: `${file}.prov` }, undefined];
    expect(names(HELM, layers, { name: 'app', version: '1.2.3+build' })).toEqual(expected);
    const annotations = {
      'org.opencontainers.image.title': 'app',
      'org.opencontainers.image.version': '1.2.3+build',
    };
    expect(names(HELM, layers, undefined, annotations)).toEqual(expected);
    const facts = { configType: HELM, annotations, layers };
    expect(namingOf(facts)?.needsConfig(facts)).toBe(false);
    expect(namingOf(facts)?.needsConfig({ ...facts, annotations: {} })).toBe(true);
  });

  it.each([[undefined], [[]], [{ name: 'app' }], [{ name: 'app', version: 1 }], [{ name: '', version: '1.0.0' }]])(
    'are none where the config is %j',
    (config) => {
      expect(names(HELM, [layer(CHART)], config)).toEqual([undefined]);
    },
  );

  it('are none where two layers would share one', () => {
    const layers = [layer(CHART, 'one'), layer(CHART, 'two'), layer(PROVENANCE)];
    expect(names(HELM, layers, { name: 'a', version: '1.0.0' })).toEqual([
      undefined,
      undefined,
      { name: 'a-1.0.0.tgz.prov' },
    ]);
  });
});

describe('names of ModelPack', () => {
  it('are paths, of files and of archives', () => {
    const path = (value: string, key = 'org.cncf.model.filepath') => ({ [key]: value });
    const type = (ending: string) => `application/vnd.cncf.model.weight.v1.${ending}`;
    const layers = [
      layer(type('raw'), 'a', path('./weights//model.gguf')),
      layer(type('tar'), 'b', path('tokenizer')),
      layer(type('tar+gzip'), 'c', path('.')),
      layer(type('tar+zstd'), 'd', path('old', 'org.cnai.model.filepath')),
      layer(type('raw'), 'e'),
      layer(type('raw'), 'f', path('../up')),
      layer(type('raw'), 'g', path('/etc/passwd')),
      layer(type('raw'), 'h', path('')),
    ];
    expect(names('application/vnd.cncf.model.config.v1+json', layers)).toEqual([
      { name: 'weights/model.gguf' },
      { name: 'tokenizer', packed: { prefix: 'tokenizer' } },
      { name: '.', packed: { prefix: '.' } },
      { name: 'old', packed: { prefix: 'old' } },
      undefined,
      { name: '../up' },
      { name: '/etc/passwd' },
      undefined,
    ]);
  });
});

describe('names of KitOps', () => {
  const layers = [
    layer(kit('model'), 'model'),
    layer(kit('modelpart'), 'part'),
    layer(kit('code'), 'code 1'),
    layer(kit('code'), 'prompt', { 'ml.kitops.modelkit.layer-subtype': 'prompt' }),
    layer(kit('code', 'tar'), 'code 2'),
    layer(kit('dataset'), 'data'),
    layer(kit('docs', 'raw'), 'docs'),
    layer('text/plain', 'other'),
  ];
  const digest = (text: string) => ({
    digest: digestOf(Buffer.from(text)),
    diffId: digestOf(Buffer.from(`${text}.tar`)),
  });

  it('are the paths of the Kitfile, by the digests of their layers', () => {
    const kitfile = {
      model: { path: './models/a.gguf', ...digest('model'), parts: [{ path: 'models/lora', ...digest('part') }] },
      code: [
        { path: 'src', ...digest('code 2') },
        { path: '.', ...digest('code 1') },
      ],
      prompts: [{ path: 'prompts/one.md', ...digest('prompt') }],
      datasets: [{ path: 'data', ...digest('another') }],
      docs: [{ path: 'README.md', ...digest('docs') }],
    };
    const packed = (prefix: string, text: string) => ({
      name: prefix,
      packed: { prefix, tarDigest: digest(text).diffId },
    });
    expect(names(KIT, layers, kitfile)).toEqual([
      packed('models/a.gguf', 'model'),
      packed('models/lora', 'part'),
      packed('.', 'code 1'),
      packed('prompts/one.md', 'prompt'),
      packed('src', 'code 2'),
      undefined,
      { name: 'README.md' },
      undefined,
    ]);
  });

  it('follow the order of layers in the first ones, whose archives begin with the last part of a path', () => {
    const kitfile = {
      model: { path: 'models/a.gguf' },
      code: [{ path: './src/one/' }, { path: 'src/two' }],
      datasets: 'none',
      docs: [null],
    };
    expect(names(KIT, layers, kitfile)).toMatchObject([
      { name: 'models/a.gguf', packed: { prefix: 'a.gguf' } },
      undefined,
      { name: 'src/one', packed: { prefix: 'one' } },
      undefined,
      { name: 'src/two', packed: { prefix: 'two' } },
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are those of ModelPack where a layer has one, without a look at the config', () => {
    const named = [layer(kit('model'), 'model', { 'org.cncf.model.filepath': 'm' }), layer('text/plain')];
    expect(names(KIT, named)).toEqual([{ name: 'm', packed: { prefix: 'm' } }, undefined]);
    const facts = { configType: KIT, annotations: {}, layers: named };
    expect(namingOf(facts)?.needsConfig(facts)).toBe(false);
    expect(namingOf(facts)?.needsConfig({ ...facts, layers })).toBe(true);
  });
});

it('are none of these for other artifacts', () => {
  expect(names('application/vnd.oci.empty.v1+json', [layer('text/plain')])).toBeUndefined();
});
