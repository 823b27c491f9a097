import type { Config } from './schema.ts';

/** What no single field can say. */
export interface BrokenRule {
  /** Where it is about: a rule about a part that has mistakes of its own is not worth saying. */
  readonly part: string;
  /** The key that should change. */
  readonly path: string;
  readonly message: string;
}

/** Entries of lists with mistakes of their own are undefined. */
export type ReadConfig = Omit<Config, 'sources' | 'channels' | 'sinks' | 'logs' | 'rules'> & {
  readonly rules: readonly (Config['rules'][number] | undefined)[];
  readonly sources: readonly (Config['sources'][number] | undefined)[];
  readonly channels: readonly (Config['channels'][number] | undefined)[];
  readonly sinks: readonly (Config['sinks'][number] | undefined)[];
  readonly logs: Omit<Config['logs'], 'sources' | 'redact'> & {
    readonly sources: readonly (Config['logs']['sources'][number] | undefined)[];
    readonly redact: readonly (Config['logs']['redact'][number] | undefined)[];
  };
};
