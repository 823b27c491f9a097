/** A service began to run another version: a deploy, or a roll-back. Names come from spans: untrusted. */
export interface VersionChange {
  readonly environment: string;
  readonly namespace: string;
  readonly service: string;
  /** The version that was seen last before. */
  readonly from: string;
  readonly to: string;
  /** Epoch ms of event time: the first trace with it ended. */
  readonly atMs: number;
}
