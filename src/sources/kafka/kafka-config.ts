import type { SourceFormatName } from '../port.ts';

/** `auto`: told by each record's bytes. The others as collectors name them. */
export type KafkaEncoding =
  'auto' | 'otlp_proto' | 'otlp_json' | 'jaeger_proto' | 'jaeger_json' | 'zipkin_json';

export interface KafkaConfig {
  readonly name: string;
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly topics: readonly string[];
  /** Its own: the group of another consumer would lose its partitions to this one. */
  readonly groupId: string;
  readonly clientId: string;
  /** A silent member is taken for dead after this. 10 s unless said. */
  readonly sessionTimeoutMs?: number;
  readonly encoding: KafkaEncoding;
  /** Where a group that never was begins; an RFC 3339 time is the first record stamped then or later. */
  readonly startAt: string;
  readonly tls?: KafkaTls;
  readonly sasl?: KafkaSasl;
  /** Where records go that are no spans: a topic, else a file in the data directory. */
  readonly deadLetterTopic?: string;
  readonly deadLetterFile: string;
}

export interface KafkaTls {
  /** PEM texts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
}

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

export const FORMAT_OF: Readonly<Record<Exclude<KafkaEncoding, 'auto'>, SourceFormatName>> = {
  otlp_proto: 'otlp-proto',
  otlp_json: 'otlp-json',
  jaeger_proto: 'jaeger-proto',
  jaeger_json: 'jaeger-jsonpb',
  zipkin_json: 'zipkin-json',
};

/** How collectors name the format of a record; undefined for what is none. */
export function encodingOf(format: SourceFormatName | undefined): string | undefined {
  return Object.entries(FORMAT_OF).find(([, name]) => name === format)?.[0] ?? format;
}
