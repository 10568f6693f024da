import { expect, it } from 'vitest';
import { readReferences } from '../../../src/operations/report/read-references.js';

async function read(text: string, name = 'file'): Promise<(string | undefined)[][]> {
  const references = await readReferences(text, name);
  return references.map(({ text, from, error }) => [text, from, ...(error ? [error.code] : [])]);
}

it('reads a list with comments', async () => {
  const list = `# ours\nghcr.io/acme/app:v1\n\n  nginx  # the proxy\r\nlocalhost:5000/app@sha256:abc\n\${IMAGE}\noci:./layout:v1\n`;
  expect(await read(list)).toEqual([
    ['ghcr.io/acme/app:v1', 'file:2'],
    ['nginx', 'file:4'],
    ['localhost:5000/app@sha256:abc', 'file:5'],
    [`\${IMAGE}`, 'file:6', 'INVALID_ARGUMENT'],
    ['oci:./layout:v1', 'file:7'],
  ]);
});

it('reads what Kubernetes runs, in several documents', async () => {
  const text = `# a comment
apiVersion: batch/v1
kind: CronJob
spec:
  jobTemplate:
    spec:
      template:
        spec:
          initContainers:
            - name: first
              image: "busybox:1.36"
          containers:
            - {name: app, image: ghcr.io/acme/app@sha256:${'a'.repeat(64)}}
          ephemeralContainers:
            - image: 'debug'
          volumes:
            - name: model
              image: {reference: ghcr.io/acme/model:v1, pullPolicy: Always}
status:
  containerStatuses:
    - image: sha256:abc
---
---
apiVersion: example.com/v1
kind: Database
spec:
  image: postgres:16.1
  imagePullPolicy: Always
  other: {image: true}
`;
  expect(await read(text)).toEqual([
    ['busybox:1.36', 'file:11'],
    [`ghcr.io/acme/app@sha256:${'a'.repeat(64)}`, 'file:13'],
    ['debug', 'file:15'],
    ['ghcr.io/acme/model:v1', 'file:18'],
    ['postgres:16.1', 'file:27'],
  ]);
});

it('reads compose, with anchors', async () => {
  const text = `x-image: &image
  image: &name ghcr.io/acme/app:v1
services:
  app: {<<: *image}
  again:
    image: *name
  web:
    image: \${REGISTRY:-ghcr.io}/web:\${TAG}
`;
  expect(await read(text, 'compose.yaml')).toEqual([
    ['ghcr.io/acme/app:v1', 'compose.yaml:2'],
    ['ghcr.io/acme/app:v1', 'compose.yaml:6'],
    [`\${REGISTRY:-ghcr.io}/web:\${TAG}`, 'compose.yaml:8', 'INVALID_ARGUMENT'],
  ]);
});

it('reads the values of a chart, and says what the chart decides', async () => {
  const text = `image:
  registry: docker.io
  repository: bitnami/nginx
  tag: 1.10
sidecar:
  image: {repository: ghcr.io/acme/sidecar, digest: "sha256:${'b'.repeat(64)}"}
job:
  image: {repository: ghcr.io/acme/job, tag: ""}
template:
  image: {{ .Values.image }}
`;
  expect(await read(text, 'values.yaml')).toEqual([
    ['docker.io/bitnami/nginx:1.10', 'values.yaml:2'],
    [`ghcr.io/acme/sidecar@sha256:${'b'.repeat(64)}`, 'values.yaml:6'],
    ['ghcr.io/acme/job', 'values.yaml:8', 'INVALID_ARGUMENT'],
    ['{{ .Values.image }}', 'values.yaml:10', 'INVALID_ARGUMENT'],
  ]);
});

it('passes over nothing that means an image', async () => {
  const text = `apiVersion: v1
kind: Pod
metadata: {name: app}
spec:
  containers:
    - {name: number, image: 1.10}
    - {name: none, image: null}
    - name: absent
    - {name: empty, image: ""}
    - {name: truth, image: true}
    - name: list
      image: [nginx]
    - {name: map, image: {url: a}}
---
apiVersion: example.com/v1
kind: Other
spec:
  image: {}
  scan: {image: true}
  icon: {image: {url: "https://example.com/a.png"}}
  web:
    image: {tag: v1}
  base:
    image: {registry: ghcr.io, repository: acme, name: app, tag: v1}
---
image: {name: "ghcr.io/acme/build:v1", entrypoint: [""]}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec: {properties: {image: {type: string, name: image}}}
`;
  const references = await readReferences(text, 'f.yaml');
  expect(references.map(({ text, error }) => [text, error?.message])).toEqual([
    ['1.10', 'f.yaml:6: image is 1.10, and not a text, wanted a reference in quotes'],
    ['null', 'f.yaml:7: image is null, wanted a reference'],
    ['container absent', 'f.yaml:8: container "absent" names no image'],
    ['""', 'f.yaml:9: image is an empty text, wanted a reference'],
    ['true', 'f.yaml:10: image is true, and not a text, wanted a reference in quotes'],
    ['[…]', 'f.yaml:12: image is a list, wanted a reference'],
    ['{…}', 'f.yaml:13: image is a map without repository, wanted a reference'],
    ['{…}', 'f.yaml:18: image is a map without repository, wanted a reference'],
    ['{…}', 'f.yaml:22: image is a map without repository, wanted a reference'],
    ['ghcr.io/acme:v1', 'f.yaml:24: image is a map with both repository and name, which the chart joins'],
    ['ghcr.io/acme/build:v1', undefined],
  ]);
});

it('says of services that compose builds that nobody can ask about them', async () => {
  const text = `services:
  web: {build: ., ports: ["80:80"]}
  api: {build: ./api, image: ghcr.io/acme/api:v1}
  job: {extends: {file: base.yaml, service: job}}
  db: {image: postgres:16}
`;
  const references = await readReferences(text, 'compose.yaml');
  expect(references.map(({ text, from, error }) => [text, from, error?.message])).toEqual([
    ['service web', 'compose.yaml:2', 'compose.yaml:2: service "web" is built, and names no image'],
    ['ghcr.io/acme/api:v1', 'compose.yaml:3', undefined],
    ['service job', 'compose.yaml:4', 'compose.yaml:4: service "job" has its image elsewhere'],
    ['postgres:16', 'compose.yaml:5', undefined],
  ]);
});

it('reads JSON', async () => {
  const list = { apiVersion: 'v1', items: [{ spec: { containers: [{ image: 'nginx' }] }, status: {} }] };
  expect(await read(JSON.stringify(list))).toEqual([['nginx', 'file']]);
  expect(await read('["nginx", "ghcr.io/acme/app"]')).toEqual([
    ['nginx', 'file'],
    ['ghcr.io/acme/app', 'file'],
  ]);
});

it('reads UTF-16 with a byte order mark', async () => {
  const little = Buffer.from('\ufeffnginx\r\nghcr.io/acme/app:v1\r\n', 'utf16le');
  for (const bytes of [little, Buffer.from(little).swap16()])
    expect((await readReferences(bytes, 'file')).map(({ text }) => text)).toEqual(['nginx', 'ghcr.io/acme/app:v1']);
  await expect(readReferences(Buffer.from([0x61, 0xff, 0xfe]), 'file')).rejects.toThrow('file is not UTF-8');
});

it('says of an alias that names nothing that it is not a reference', async () => {
  const references = await readReferences('a: &image nginx\nimage: *image\n---\nimage: *image\n', 'file');
  expect(references.map(({ text, from, error }) => [text, from, error?.code])).toEqual([
    ['nginx', 'file:2', undefined],
    ['*image', 'file:4', 'INVALID_ARGUMENT'],
  ]);
});

it('expands no alias', async () => {
  const levels = Array.from({ length: 40 }, (_, level) =>
    level === 0
      ? 'l0: &l0 [{image: nginx}]'
      : `l${level}: &l${level} [${Array(9)
          .fill(`*l${level - 1}`)
          .join(', ')}]`,
  );
  expect(await read(levels.join('\n'))).toEqual([['nginx', 'file:1']]);
});

it.each([
  ['a: [', /^file\.yaml:1:\d+: /],
  [`${'['.repeat(600)}`, /^file\.yaml: wanted at most 500 levels/],
  ['{"image": ', /^file\.yaml is not JSON: /],
])('refuses %j', async (text, message) => {
  await expect(readReferences(text, 'file.yaml')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message });
});
