import type { Family } from './families.ts';

const BAND = ' Absent while learning.';
const family = (name: string, labels: readonly string[], help: string): Family => ({
  name: `spanwatch_${name}`,
  type: 'gauge',
  labelNames: labels,
  help,
});

const SERVICE = ['service'] as const;
const OPERATION = ['service', 'operation'] as const;
const TIMED = ['service', 'operation', 'time'] as const;
const PEER = ['service', 'peer'] as const;

export const SERVICE_LATENCY = 'spanwatch_service_latency_seconds';

/** What is known of services, operations and calls now, beside what was learned. All of the last minute judged. */
export const COMPONENT_FAMILIES: readonly Family[] = [
  family(
    'service_traces_per_second',
    SERVICE,
    'Traces through the operations of a service, each counted once an operation.',
  ),
  family(
    'service_latency_mean_seconds',
    SERVICE,
    'Own time of the operations of a service, weighted by traces.',
  ),
  family('service_latency_expected_seconds', SERVICE, `The same as learned.${BAND}`),
  family(
    'service_latency_low_seconds',
    SERVICE,
    `Lower edges of the operations' bands, weighted alike.${BAND}`,
  ),
  family(
    'service_latency_high_seconds',
    SERVICE,
    `Upper edges of the operations' bands, weighted alike.${BAND}`,
  ),
  {
    name: SERVICE_LATENCY,
    type: 'histogram',
    labelNames: SERVICE,
    help: 'Own time of the operations of a service, since the start; the sum is within a tenth.',
  },
  family('service_error_ratio', SERVICE, 'Failures that are the own of a service, as a share of its traces.'),
  family('service_error_expected_ratio', SERVICE, `The same as learned.${BAND}`),
  family('service_error_high_ratio', SERVICE, `Upper edges of the operations' bands, weighted alike.${BAND}`),
  family(
    'service_anomaly_score',
    SERVICE,
    'Largest of all components of a service, those without series of their own included.',
  ),
  family(
    'service_severity',
    SERVICE,
    'Worst open incident that suspects the service first: 4 for P0 to 1 for P3, 0 for none.',
  ),
  family('operation_traces_per_second', OPERATION, 'Traces through an operation.'),
  family(
    'operation_latency_mean_seconds',
    TIMED,
    'Geometric mean: own time, or the whole time of an entry operation.',
  ),
  family('operation_latency_expected_seconds', TIMED, `The same as learned.${BAND}`),
  family('operation_latency_low_seconds', TIMED, `Two standard errors below.${BAND}`),
  family('operation_latency_high_seconds', TIMED, `Two standard errors above.${BAND}`),
  family('operation_latency_p50_seconds', TIMED, 'Median, within a tenth.'),
  family('operation_latency_p99_seconds', TIMED, '99th percentile, within a tenth.'),
  family(
    'operation_error_ratio',
    OPERATION,
    'Failures that are the own of an operation, as a share of its traces.',
  ),
  family('operation_error_expected_ratio', OPERATION, `The same as learned.${BAND}`),
  family('operation_error_high_ratio', OPERATION, `Two standard errors above.${BAND}`),
  family(
    'operation_anomaly_score',
    OPERATION,
    'Logarithm of the Bayes factor "shifted" against "as learned": the largest of its components and time scales; 0 is calm.',
  ),
  family(
    'operation_outlier_ratio',
    OPERATION,
    'Traces of an entry operation that the isolation forest finds odd.',
  ),
  family(
    'call_traces_per_second',
    ['service', 'callee', 'callee_kind'],
    'Traces with calls from a service to a service, or to a peer that sends no spans.',
  ),
  family(
    'dependency_latency_mean_seconds',
    PEER,
    'Geometric mean of the time that a service waits for a peer that sends no spans.',
  ),
  family('dependency_latency_expected_seconds', PEER, `The same as learned.${BAND}`),
  family('dependency_latency_low_seconds', PEER, `Two standard errors below.${BAND}`),
  family('dependency_latency_high_seconds', PEER, `Two standard errors above.${BAND}`),
  family('dependency_anomaly_score', PEER, 'As for operations.'),
  family(
    'unlisted_series',
    ['of'],
    'Services, operations and calls that have no series of their own, for the limits of metrics.*.',
  ),
];
