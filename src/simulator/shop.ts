import { logNormalMs } from './distribution.ts';
import { BACK_SERVICES } from './shop-back.ts';
import { FRONT_SERVICES } from './shop-front.ts';
import type { Topology } from './topology.ts';

/**
 * A web shop of sixteen services on four nodes. Shares of the entries are what a shop sees: many look, few buy. Two
 * entries are rare on purpose: too little evidence must stay a state of its own.
 */
export const SHOP: Topology = {
  name: 'shop',
  environment: 'demo',
  namespace: 'shop',
  nodes: [
    { name: 'node-a', skewUs: 0 },
    { name: 'node-b', skewUs: 2_300 },
    { name: 'node-c', skewUs: -1_700 },
    { name: 'node-d', skewUs: 900 },
  ],
  services: [...FRONT_SERVICES, ...BACK_SERVICES],
  peers: [
    { name: 'postgres', kind: 'database', system: 'postgresql' },
    { name: 'elasticsearch', kind: 'database', system: 'elasticsearch' },
    { name: 'redis', kind: 'cache', system: 'redis' },
    { name: 'orders', kind: 'queue', system: 'kafka' },
    { name: 'notifications', kind: 'queue', system: 'kafka' },
    { name: 'card-processor', kind: 'third-party', system: '' },
    { name: 'carrier-api', kind: 'third-party', system: '' },
    { name: 'smtp-relay', kind: 'third-party', system: '' },
  ],
  entries: [
    { service: 'gateway', operation: 'GET /', share: 25 },
    { service: 'gateway', operation: 'GET /product/{id}', share: 35 },
    { service: 'gateway', operation: 'GET /search', share: 12 },
    { service: 'gateway', operation: 'GET /cart', share: 8 },
    { service: 'gateway', operation: 'POST /cart', share: 8 },
    { service: 'gateway', operation: 'POST /checkout', share: 8 },
    { service: 'gateway', operation: 'POST /login', share: 4 },
    { service: 'gateway', operation: 'POST /returns', perMinute: 2 },
    { service: 'gateway', operation: 'GET /admin/report', perMinute: 0.5 },
  ],
  network: { betweenNodes: logNormalMs(0.45, 0.3), withinNode: logNormalMs(0.15, 0.3) },
  load: {
    rateSigma: 0.12,
    ratePersistence: 0.99,
    speedSigma: 0.04,
    speedPersistence: 0.98,
    coupling: 0.1,
  },
};
