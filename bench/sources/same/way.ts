import type { RunningService } from '../../verify/spanwatch-process.ts';
import type { SourceInput } from './input.ts';

/** Where spans are, and the kinds of sources that read them there. */
export interface Place {
  readonly name: string;
  /** Jaeger's: times are kept to the microsecond. */
  readonly keepsMicroseconds?: boolean;
  /** Starts what sources read from, and fills it where it must be full before. `folder` is empty. */
  open(input: SourceInput, folder: string): Promise<OpenPlace>;
}

export interface OpenPlace {
  readonly ways: readonly Way[];
  close(): Promise<void>;
}

/** Spans on their way into a running service by one kind of source. */
export interface Way {
  readonly name: string;
  /** The source as the configuration has it, without its name. */
  readonly source: Readonly<Record<string, unknown>>;
  /** What it finds otherwise than the replay is a question of how many spans come at once, and of nothing else. */
  readonly isControl?: boolean;
  /** Sends the spans to a source that listens. */
  feed?(service: RunningService): Promise<void>;
}
