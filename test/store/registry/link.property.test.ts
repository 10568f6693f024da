import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isRemoraError, RemoraError } from '../../../src/errors.js';
import { HttpClient } from '../../../src/io/http/client.js';
import type { Document, HttpResponse } from '../../../src/io/http/response.js';
import { type ClientRequest, RegistryClient } from '../../../src/store/registry/client/client.js';
import { pages } from '../../../src/store/registry/client/paging.js';

const FIRST = 'https://reg.example/v2/team/app/tags/list';

function page(link: string | undefined, url: URL): Document {
  const header = (name: string) => (name === 'link' ? link : undefined);
  const response: HttpResponse = {
    status: 200,
    header,
    headers: (name) => [header(name)].filter((value) => value !== undefined),
    url,
    attempt: 1,
    retry: false,
    content: undefined,
    timeout: 5_000,
    body: Readable.from([]),
  };
  return { response, bytes: Buffer.from('{}') };
}

/** Remembers where it was sent, and answers with a last page. */
class LastPage extends RegistryClient {
  readonly asked: string[] = [];

  constructor() {
    super({
      http: new HttpClient(),
      registry: 'reg.example',
      repository: 'team/app',
      actions: ['pull'],
      credentials: async () => undefined,
    });
  }

  override async read({ target }: ClientRequest): Promise<Document> {
    const url = new URL(target, this.base);
    this.asked.push(url.href);
    return page(undefined, url);
  }
}

/** Where the page after one with this header is. */
async function next(link: string): Promise<string[]> {
  const client = new LastPage();
  for await (const _ of pages(client, page(link, new URL(FIRST)), 1000, 'tags'));
  return client.asked;
}

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const target = fc
  .tuple(
    fc.constantFrom('', '/', '/v2/', 'list', '?', 'https://reg.example/v2/'),
    fc.string({ unit: fc.constantFrom(...'abc019,;=?&%2F"\'()+.-_~ '), maxLength: 20 }),
  )
  .map(([start, rest]) => `${start}${rest.replaceAll(' ', '%20')}`.replace(/%(?![0-9A-F]{2})/g, '%25'));
const otherRel = fc.constantFrom('prev', 'last', 'first', 'nextish', 'unnext', 'up');
const nextRel = fc.constantFrom('next', 'NEXT', 'Next');
const attribute = fc.tuple(
  word.filter((name) => !/^(?:rel|anchor|type|media|title)$/.test(name)),
  word,
);
const blank = fc.constantFrom('', ' ', '  ');

/** One link; `rels` are its relations. */
function link(rels: fc.Arbitrary<string[]>) {
  return fc
    .tuple(target, rels, fc.boolean(), fc.array(attribute, { maxLength: 2 }), blank, fc.boolean())
    .map(([uri, names, quoted, attributes, space, late]) => {
      const rel = quoted || names.length > 1 ? `rel="${names.join(' ')}"` : `rel=${names[0]}`;
      const others = attributes.map(([name, value]) => `${name}="${value}"`);
      const parameters = late ? [...others, rel] : [rel, ...others];
      return { uri, text: `<${uri}>${parameters.map((text) => `${space};${space}${text}`).join('')}` };
    });
}

const others = fc.array(link(fc.array(otherRel, { minLength: 1, maxLength: 2 })), { maxLength: 3 });
const nextLink = link(
  fc
    .tuple(fc.array(otherRel, { maxLength: 1 }), nextRel, fc.array(otherRel, { maxLength: 1 }))
    .map(([before, name, after]) => [...before, name, ...after]),
);

it('finds the next page among any links, however they are written', async () => {
  await fc.assert(
    fc.asyncProperty(others, nextLink, others, blank, async (before, wanted, after, space) => {
      const header = [...before, wanted, ...after].map(({ text }) => text).join(`,${space}`);
      fc.pre(URL.canParse(wanted.uri, FIRST));
      const url = new URL(wanted.uri, FIRST);
      fc.pre(url.origin === 'https://reg.example' && url.href !== FIRST);
      expect(await next(header)).toEqual([url.href]);
    }),
    { numRuns: 500 },
  );
});

it('takes links without a next one for the end', async () => {
  await fc.assert(
    fc.asyncProperty(others, async (links) => {
      expect(await next(links.map(({ text }) => text).join(', '))).toEqual([]);
    }),
  );
});

it('goes on, ends, or fails with MALFORMED for any text, and leaves the origin for none', async () => {
  const noise = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc
      .array(
        fc.constantFrom(
          '<',
          '>',
          ';',
          ',',
          'rel',
          '=',
          '"',
          'next',
          ' ',
          '/v2/x',
          '\\',
          'http://[',
          '//evil.example/',
          '*',
          "'",
        ),
        { maxLength: 14 },
      )
      .map((parts) => parts.join('')),
  );
  const began = performance.now();
  await fc.assert(
    fc.asyncProperty(noise, async (text) => {
      const asked = await next(text).catch((error: unknown) => {
        expect(isRemoraError(error) ? error.code : error).toBe('MALFORMED');
        return [];
      });
      for (const url of asked) expect(new URL(url).origin).toBe('https://reg.example');
    }),
    { numRuns: 1500 },
  );
  expect(performance.now() - began).toBeLessThan(10_000);
});

it('is not slowed down by a header as long as Node.js lets one be', async () => {
  for (const piece of ['<', '<a>', '<a>;', '<a>;rel="', '<a>;a', ',', '<a>;rel="a ', '<a>;a=b;', ' ', '<a>;a*=', '"']) {
    const began = performance.now();
    await next(piece.repeat(16_384 / piece.length)).catch((error: unknown) =>
      expect(error).toBeInstanceOf(RemoraError),
    );
    expect(performance.now() - began, piece).toBeLessThan(1_000);
  }
});
