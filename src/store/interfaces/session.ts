/** Connections that several calls share. A session is closed by its owner; `await using` does so. */
export interface Session extends AsyncDisposable {
  /** Ends all connections of the session. Calls that still use it fail. */
  close(): Promise<void>;
}
