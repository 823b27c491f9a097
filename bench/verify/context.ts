/** What every section of the verification gets. */
export interface Context {
  /** Folder of the captures, one folder each. */
  readonly dataDir: string;
  /** Less of the live service, no benchmark: for every push. */
  readonly quick: boolean;
  /** An empty folder that is removed at the end. */
  readonly scratch: string;
}
