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

it('reads JSON', async () => {
  const list = { apiVersion: 'v1', items: [{ spec: { containers: [{ image: 'nginx' }] }, status: {} }] };
  expect(await read(JSON.stringify(list))).toEqual([['nginx', 'file']]);
  expect(await read('["nginx", "ghcr.io/acme/app"]')).toEqual([
    ['nginx', 'file'],
    ['ghcr.io/acme/app', 'file'],
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
