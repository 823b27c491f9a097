import kafkajs, { type KafkaConfig as ClientConfig, type SASLOptions } from 'kafkajs';
import { connectionReason } from '../../runtime/connection-reason.ts';
import type { Logger } from '../../runtime/index.ts';
import type { KafkaConfig } from './kafka-config.ts';

/** Pauses between attempts while brokers are away: one that is back is found within this. */
export const MOST_RETRY_MS = 3_000;
/** Said once by every broker to a group that never was: it is made, and asked again. */
const NEW_GROUP = 'The group coordinator is not available';

/** The brokers did not answer, or refused: one line, no secrets. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError';
  readonly code = 'kafka';
  readonly retryable = true;
}

/** kafkajs' own configuration: brokers, login, TLS, and its log as ours. Not for printing. */
export function clientConfig(config: KafkaConfig, logger: Logger): ClientConfig {
  const { tls, sasl } = config;
  return {
    clientId: config.clientId,
    brokers: [...config.brokers],
    ...(tls === undefined ? {} : { ssl: { ...tls } }),
    ...(sasl === undefined ? {} : { sasl: { ...sasl } as SASLOptions }),
    retry: { initialRetryTime: 300, maxRetryTime: MOST_RETRY_MS, retries: 5 },
    logLevel: kafkajs.logLevel.WARN,
    // Its warnings are about reconnecting, which it does: only what stays is worth a line of ours.
    logCreator:
      () =>
      ({ level, log }) =>
        logger[level === kafkajs.logLevel.ERROR && log['error'] !== NEW_GROUP ? 'warn' : 'debug'](
          { source: config.name, kafka: log.message, error: log['error'] as unknown },
          'kafka client',
        ),
  };
}

/** What kafkajs and brokers say, to what a person can do about it. First match wins. */
const REASONS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/does not host this topic-partition/, 'there is no such topic, or none that may be seen'],
  [/not valid given the current SASL state/, 'the broker wants no login at this port (`sasl`)'],
  [
    /^Closed connection|^Broker not connected/,
    'what listens there does not answer as a broker: is it the right port, does it want `tls`?',
  ],
];

/** One line of what went wrong. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the brokers cannot be reached';
  const [line] = error.message.split('\n');
  return REASONS.find(([pattern]) => pattern.test(line))?.[1] ?? connectionReason(error) ?? line;
}
