import { Gauge, type Registry } from 'prom-client';
import type { VersionChange } from '../domain/version-change.ts';

/** The newest: a day of deploys, and few enough series for any Prometheus. */
const MOST_DEPLOYS = 200;

/**
 * When services began to run another version, for Grafana's annotations: the value is the time, so that a query needs no
 * range (`spanwatch_deploy_timestamp_seconds * 1000` with "use value for time"). At most 200 series.
 */
export function exposeDeploys(registry: Registry, changes: () => readonly VersionChange[]): void {
  new Gauge({
    name: 'spanwatch_deploy_timestamp_seconds',
    help: 'When a service began to run another version, by event time; the newest 200.',
    labelNames: ['environment', 'namespace', 'service', 'from', 'to'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { atMs, environment, namespace, service, from, to } of changes().slice(-MOST_DEPLOYS))
        this.set({ environment, namespace, service, from, to }, atMs / 1000);
    },
  });
}
