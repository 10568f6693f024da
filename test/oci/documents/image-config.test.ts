import { describe, expect, it } from 'vitest';
import { parseImageConfig } from '../../../src/oci/documents/image-config.js';
import { bytesOf } from '../support/documents.js';
import { faultOf } from '../support/fault.js';

const minimal = { architecture: 'amd64', os: 'linux' };

describe('parseImageConfig', () => {
  it.each([
    ['B10 the least', minimal],
    [
      'B10 a whole one',
      {
        created: '2023-01-02T03:04:05Z',
        author: 'me',
        ...minimal,
        variant: 'v2',
        config: {
          User: '1000:1000',
          ExposedPorts: { '8080/tcp': {} },
          Env: ['PATH=/bin'],
          Entrypoint: ['/x'],
          Cmd: ['-v'],
          Volumes: { '/data': {} },
          WorkingDir: '/',
          Labels: { a: 'b' },
          StopSignal: 'SIGTERM',
        },
        rootfs: { type: 'layers', diff_ids: ['sha256:a'] },
        history: [{ created: '2023-01-02T03:04:05Z', created_by: 'x', author: 'y', comment: 'z', empty_layer: true }],
      },
    ],
    [
      'B10 the nulls that Go writes',
      {
        created: null,
        author: null,
        ...minimal,
        variant: null,
        config: { User: null, ExposedPorts: null, Env: null, Entrypoint: null, Cmd: null, Volumes: null, Labels: null },
        rootfs: { type: 'layers', diff_ids: null },
        history: [{ created: null, created_by: null, empty_layer: null }],
      },
    ],
    ['B10 nulls on top', { ...minimal, config: null, rootfs: null, history: null }],
    ['A25 fields of others', { ...minimal, 'moby.buildkit.cache.v0': 'x', config: { OnBuild: null, Healthcheck: {} } }],
    ['A24 dotted keys', { ...minimal, 'os.version': '10.0.1', 'os.features': ['win32k'] }],
  ])('%s', (_id, document) => {
    expect(parseImageConfig(bytesOf(document))).toEqual(document);
  });

  it.each([
    ['B9', 'not json', 'image config is not JSON: got other text (line 1, column 1)'],
    ['B10', '{}', 'image config is not well formed: architecture: wanted a string, got nothing'],
    ['B10', '{"architecture":"a","os":null}', 'image config is not well formed: os: wanted a string, got null'],
    [
      'B10',
      '{"architecture":"a","os":"b","config":{"Env":["a",1]}}',
      'image config is not well formed: config.Env[1]: wanted a string, got a number',
    ],
    ['A28', '{"architecture":"a","os":"b","os":"c"}', 'image config has the name "os" twice in one object'],
  ])('%s refuses %s', (_id, text, message) => {
    expect(faultOf(() => parseImageConfig(bytesOf(text)))).toMatchObject({ code: 'MALFORMED', message });
  });
});
