import type { IncomingHttpHeaders } from 'node:http';

/** One request that a loopback server saw. */
export interface RequestRecord {
  readonly method: string;
  /** Path and query as they were on the wire. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** 0 while (or where) no answer was begun. */
  status: number;
  /** Milliseconds of `performance.now()`. */
  readonly start: number;
  /** Infinity while under way. */
  end: number;
  requestBytes: number;
  responseBytes: number;
}

/** A (method, path) pair that was asked for more than once. */
export interface Duplicate {
  readonly method: string;
  readonly path: string;
  readonly count: number;
}

/** What the loopback servers remember of their traffic. */
export interface RequestLog {
  readonly requests: readonly RequestRecord[];
  /** Forgets all requests, and with them the counts that faults are told. */
  clear(): void;
  /** Requests of a method whose path contains a string or matches an expression. */
  count(method?: string, pattern?: string | RegExp): number;
  /**
   * The length of the longest chain of requests that ran one after another.
   *
   * Means little without `latency`: a server that answers at once is done with each of many parallel requests
   * before it reads the next.
   */
  series(): number;
  duplicates(): Duplicate[];
}

/** The log together with its writing end. */
export interface RequestRecorder {
  readonly log: RequestLog;
  begin(method: string, path: string, headers: IncomingHttpHeaders): RequestRecord;
}

export function createRequestLog(): RequestRecorder {
  const requests: RequestRecord[] = [];
  return {
    begin(method, path, headers) {
      const start = performance.now();
      const record = { method, path, headers, status: 0, start, end: Infinity, requestBytes: 0, responseBytes: 0 };
      requests.push(record);
      return record;
    },
    log: {
      requests,
      clear: () => requests.splice(0),
      count: (method, pattern) => requests.filter((request) => matches(request, method, pattern)).length,
      series: () => longestChain(requests),
      duplicates: () => findDuplicates(requests),
    },
  };
}

function matches(request: RequestRecord, method?: string, pattern?: string | RegExp): boolean {
  if (method !== undefined && request.method !== method) return false;
  if (pattern === undefined) return true;
  return typeof pattern === 'string' ? request.path.includes(pattern) : request.path.search(pattern) !== -1;
}

/** Greedy interval scheduling: the request that ends first leaves most room for the others. */
function longestChain(requests: readonly RequestRecord[]): number {
  let length = 0;
  let busyUntil = -Infinity;
  for (const { start, end } of requests.toSorted((a, b) => (a.end === b.end ? 0 : a.end - b.end))) {
    if (start < busyUntil) continue;
    length += 1;
    busyUntil = end;
  }
  return length;
}

function findDuplicates(requests: readonly RequestRecord[]): Duplicate[] {
  const seen = new Map<string, Duplicate>();
  for (const { method, path } of requests) {
    const key = `${method} ${path}`;
    seen.set(key, { method, path, count: (seen.get(key)?.count ?? 0) + 1 });
  }
  return [...seen.values()].filter(({ count }) => count > 1);
}
