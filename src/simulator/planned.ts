import type { Names } from '../domain/names.ts';
import type { Distribution } from './distribution.ts';
import type { CallStep, EntrySpec, NodeSpec, Topology } from './topology.ts';

/** A topology with every name looked up once, ready to run. */
export interface Plan {
  readonly topology: Topology;
  readonly names: Names;
  readonly services: readonly PlannedService[];
  /** Services and peers share one numbering of what has a speed of its own. */
  readonly speeds: number;
  readonly entries: readonly PlannedEntry[];
  /** The largest skew either way, microseconds, drift included. */
  readonly maxSkewUs: number;
  /** These throw an Error that names what the topology does not have. */
  serviceIndex(name: string): number;
  nodeIndex(name: string): number;
  call(owner: PlannedService, step: CallStep): PlannedCall;
  operationsOf(service: PlannedService): readonly PlannedOperation[];
}

export interface PlannedEntry {
  readonly operation: PlannedOperation;
  readonly share: number;
  readonly perMinute: number;
  readonly schedule?: EntrySpec['schedule'];
}

export interface PlannedService {
  readonly index: number;
  readonly id: number;
  readonly name: string;
  readonly instances: readonly PlannedInstance[];
  readonly errorRatio: number;
  /** Status classes of an answer: 2 and 5 over HTTP, unsaid and 6 over gRPC. */
  readonly okStatus: number;
  readonly failedStatus: number;
}

export interface PlannedInstance {
  readonly id: number;
  readonly name: string;
  readonly versionId: number;
  readonly version: string;
  readonly nodeId: number;
  readonly nodeIndex: number;
  readonly node: NodeSpec;
}

export interface PlannedOperation {
  readonly service: PlannedService;
  readonly id: number;
  readonly name: string;
  steps: readonly PlannedStep[];
}

export interface PlannedCall {
  readonly do: 'call';
  readonly target: PlannedOperation;
  /** The client span's name, in the caller's service. */
  readonly operationId: number;
  readonly peerId: number;
  /** `caller>callee`, by which faults find it. */
  readonly pair: string;
  readonly timeoutUs: number;
  readonly attempts: number;
  readonly optional: boolean;
}

export interface PlannedQuery {
  readonly do: 'query';
  readonly peer: string;
  readonly peerId: number;
  readonly speed: number;
  readonly operationId: number;
  readonly pair: string;
  /** `*>peer` */
  readonly anyPair: string;
  readonly time: Distribution;
}

export interface PlannedPublish {
  readonly do: 'publish';
  readonly target: PlannedOperation;
  readonly operationId: number;
  readonly peerId: number;
  /** By the consumer and by the queue. */
  readonly pair: string;
  readonly queuePair: string;
  readonly delay: Distribution;
}

export type PlannedStep =
  | { readonly do: 'work' | 'wait'; readonly time: Distribution }
  | PlannedCall
  | PlannedQuery
  | PlannedPublish
  | {
      readonly do: 'cached';
      readonly hitRatio: number;
      readonly hit: readonly PlannedStep[];
      readonly miss: readonly PlannedStep[];
    }
  | { readonly do: 'sometimes'; readonly probability: number; readonly steps: readonly PlannedStep[] }
  | { readonly do: 'parallel'; readonly branches: readonly (readonly PlannedStep[])[] }
  | {
      readonly do: 'repeat';
      readonly least: number;
      readonly most: number;
      readonly steps: readonly PlannedStep[];
    }
  | {
      readonly do: 'background';
      readonly operationId: number;
      readonly name: string;
      readonly steps: readonly PlannedStep[];
    };
