import { describe, expect, it } from 'vitest';
import { parseCatalogPlace } from '../../../src/oci/names/catalog.js';
import { withoutLogin } from '../../../src/oci/names/mistaken.js';
import { formatPlace, parsePlace } from '../../../src/oci/names/place.js';
import { SHA256_ABC } from '../support/documents.js';
import { faultOf } from '../support/fault.js';

describe('a login before the host', () => {
  it.each([
    ['u:hunter2@ghcr.io/a/b', 'ghcr.io/a/b', 'Write ghcr.io/a/b alone: remora login ghcr.io keeps'],
    ['https://u:hunter2@ghcr.io/a/b:v1', 'ghcr.io/a/b:v1', 'Write ghcr.io/a/b:v1 alone'],
    ['docker://u:hunter2@ghcr.io/a/b', 'ghcr.io/a/b', 'Write ghcr.io/a/b alone'],
    ['oci://u:hunter2@ghcr.io/a/b', 'ghcr.io/a/b', 'Write ghcr.io/a/b alone'],
    ['hunter2@ghcr.io/a/b', 'ghcr.io/a/b', 'Write ghcr.io/a/b alone'],
    ['u:hunter2/x@ghcr.io:8443/a/b', 'ghcr.io:8443/a/b', 'remora login ghcr.io:8443'],
    ['u:hunter2@x@ghcr.io/a/b', 'ghcr.io/a/b', 'Write ghcr.io/a/b alone'],
    ['u:hunter2@localhost:5000/a', 'localhost:5000/a', 'remora login localhost:5000'],
    ['u:hunter2@ghcr.io', 'ghcr.io', 'Write ghcr.io/REPOSITORY alone'],
    ['u:hunter2@ghcr.io/a/b?token=hunter2', 'ghcr.io/a/b', 'Write ghcr.io/a/b alone'],
  ])('is not shown: %s', (text, rest, hint) => {
    const fault = faultOf(() => parsePlace(text));
    expect(fault).toMatchObject({ code: 'INVALID_ARGUMENT', message: `place "${rest}" has a user before its host` });
    expect(fault.hint).toContain(hint);
    expect(JSON.stringify({ ...fault, message: fault.message })).not.toContain('hunter2');
    expect(withoutLogin(text)).toBe(rest);
  });

  it.each(['./u@host.example/x', 'oci:./u:p@host.example/x', `ghcr.io/a/b:v1@${SHA256_ABC}`, 'localhost:5000/a'])(
    'is not read into %s',
    (text) => {
      const place = parsePlace(text);
      expect(formatPlace(place, place)).toContain(text.replace(/^\.\//, ''));
    },
  );
});

it.each([
  ['https://ghcr.io/a/b', 'Write ghcr.io/a/b'],
  ['HTTPS://ghcr.io/a/b/', 'Write ghcr.io/a/b'],
  ['https://ghcr.io', 'Write ghcr.io/REPOSITORY'],
  ['http://localhost:5000/a/b:v1', 'Write localhost:5000/a/b:v1'],
  ['http://reg.example/a', 'Write reg.example/a, with --plain-http'],
  ['https://hub.docker.com/r/grafana/grafana/tags', 'Write docker.io/grafana/grafana'],
  ['https://hub.docker.com/_/alpine', 'Write docker.io/library/alpine'],
  ['hub.docker.com/r/grafana/grafana', 'Write docker.io/grafana/grafana'],
  ['https://hub.docker.com/repository/docker/acme/app/general', 'Write docker.io/acme/app'],
  ['https://hub.docker.com/layers/library/alpine/3.20/images/sha256-ab', 'Write docker.io/library/alpine:3.20'],
  ['https://github.com/orgs/Acme/packages/container/app/12?tag=v1', 'Write ghcr.io/acme/app:v1'],
  ['https://github.com/users/ann/packages/container/package/charts%2Fapp', 'Write ghcr.io/ann/charts/app'],
  ['https://github.com/acme/source/pkgs/container/app', 'Write ghcr.io/acme/app'],
  ['https://quay.io/repository/a/b?tab=tags&tag=latest', 'Write quay.io/a/b:latest'],
  [`https://quay.io/repository/a/b/manifest/${SHA256_ABC}`, `Write quay.io/a/b@${SHA256_ABC}`],
  ['https://gallery.ecr.aws/a/b', 'Write public.ecr.aws/a/b'],
  ['https://gitlab.com/acme/team/app/container_registry/12', 'Write registry.gitlab.com/acme/team/app'],
  ['https://console.cloud.google.com/artifacts/docker/p/us/r/i', 'Write us-docker.pkg.dev/p/r/i'],
  ['https://reg.example/v2/a/b/manifests/v1', 'Write reg.example/a/b:v1'],
  [`https://reg.example/v2/a/b/manifests/${SHA256_ABC}`, `Write reg.example/a/b@${SHA256_ABC}`],
  ['https://github.com/acme/app', 'Write the name as docker pull takes it, like ghcr.io/owner/app:v1'],
])('a web address shows an image: %s', (text, hint) => {
  expect(faultOf(() => parsePlace(text))).toMatchObject({
    message: expect.stringContaining('is a web address'),
    hint,
  });
});

it('shows no query of an address', () => {
  expect(faultOf(() => parsePlace('https://ghcr.io/a/b?sig=hunter2#x')).found).toBe('https://ghcr.io/a/b');
});

it.each([
  ['ghcr.io/a/b@v1', 'Write ghcr.io/a/b:v1'],
  ['ghcr.io/a/b@1.2.3', 'Write ghcr.io/a/b:1.2.3'],
  ['ghcr.io/a/b:v1@latest', 'Write ghcr.io/a/b:latest'],
  ['alpine@latest', 'Write alpine:latest'],
  ['ghcr.io/a/b:sha256:ab', 'Write ghcr.io/a/b@sha256:ab'],
  ['ghcr.io/a/b:', 'Write ghcr.io/a/b'],
  ['ghcr.io/a/b@', 'Write ghcr.io/a/b'],
  ['ghcr.io/a/b/', 'Write ghcr.io/a/b'],
  ['ghcr.io//a/b', 'Write ghcr.io/a/b'],
  ['ghcr.io/a/b:v1\r', 'Write ghcr.io/a/b:v1; the script may have line ends of Windows'],
  [' ghcr.io/a/b:v1', 'Write ghcr.io/a/b:v1'],
  ['ghcr.io/a/b\u200b:v1', 'Write ghcr.io/a/b:v1'],
  ['\u201cghcr.io/a/b:v1\u201d', 'Write ghcr.io/a/b:v1'],
  ["'ghcr.io/a/b:v1'", 'Write ghcr.io/a/b:v1'],
  ['', 'Write it like ghcr.io/owner/app:v1; the variable that it comes from may be unset'],
  ['$IMAGE', 'Write it like ghcr.io/owner/app:v1'],
  ['<IMAGE>', 'Write it like ghcr.io/owner/app:v1'],
  ['C:\\layout', 'Write oci:/layout'],
  ['layout\\v1', 'Write oci:layout/v1 for an image layout'],
  ['pkg:docker/alpine@3.20', 'Write alpine:3.20'],
  [
    `pkg:oci/app@${SHA256_ABC.replace(':', '%3A')}?repository_url=ghcr.io/acme/app&arch=amd64`,
    `Write ghcr.io/acme/app@${SHA256_ABC}`,
  ],
  ['oci-layout://layout:v1', 'Write oci:layout:v1'],
  ['file:///tmp/layout', 'Write /tmp/layout'],
  ['file:layout', 'Write ./layout'],
  ['registry:ghcr.io/a/b', 'Write ghcr.io/a/b'],
  ['podman:ghcr.io/a/b', 'Write ghcr.io/a/b'],
  ['git@github.com:acme/app.git', 'Write the name as docker pull takes it, like ghcr.io/owner/app:v1'],
  ['s3://bucket/x', expect.stringContaining('oci-archive:app.tar')],
])('%j says what to write', (text, hint) => {
  expect(faultOf(() => parsePlace(text))).toMatchObject({ code: 'INVALID_ARGUMENT', hint });
});

it.each(['registry:2', 'docker:27.1-dind', 'image:v1', 'podman:5', 'a.b/c', 'git/git:v1'])('%s is a name', (text) => {
  expect(parsePlace(text).kind).toBe('registry');
});

it.each([
  ['https://ghcr.io/acme', 'Write ghcr.io/acme'],
  ['http://localhost:5000', 'Write localhost:5000'],
  ['https://hub.docker.com/r/a/b', 'Write docker.io/a/b'],
])('a registry is not %s', (text, hint) => {
  expect(faultOf(() => parseCatalogPlace(text)).hint).toBe(hint);
});
