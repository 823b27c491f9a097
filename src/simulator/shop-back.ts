import { background, cached, call, parallel, publish, query, sometimes, work } from './steps.ts';
import type { ServiceSpec } from './topology.ts';

/** See shop-front.ts. */
const BACKGROUND_ERRORS = 0.001;

/** What knows the customer, takes the money and moves the goods. */
export const BACK_SERVICES: readonly ServiceSpec[] = [
  {
    name: 'auth',
    instances: 2,
    versions: ['1.9.3'],
    protocol: 'grpc',
    errorRatio: BACKGROUND_ERRORS,
    operations: [
      {
        name: 'Auth/CheckSession',
        steps: [
          work(0.6),
          cached(query('redis', 'GET', 0.5), 0.95, [query('postgres', 'SELECT session', 5)]),
        ],
      },
      {
        name: 'Auth/Login',
        steps: [query('postgres', 'SELECT user', 5), work(45, 0.15), query('redis', 'SET', 0.6)],
      },
    ],
  },
  {
    name: 'cart',
    instances: 2,
    versions: ['1.14.0'],
    protocol: 'grpc',
    errorRatio: BACKGROUND_ERRORS,
    operations: [
      {
        name: 'Cart/Get',
        steps: [
          work(1),
          query('redis', 'HGETALL', 0.8),
          call('pricing', 'Pricing/QuoteMany', { timeoutMs: 1500 }),
        ],
      },
      {
        name: 'Cart/Add',
        steps: [
          work(1),
          call('inventory', 'Inventory/Available', { timeoutMs: 1000, retries: 1 }),
          query('redis', 'HSET', 0.8),
        ],
      },
      { name: 'Cart/Empty', steps: [work(0.5), query('redis', 'DEL', 0.6)] },
    ],
  },
  {
    name: 'checkout',
    instances: 3,
    versions: ['7.3.0'],
    protocol: 'grpc',
    errorRatio: BACKGROUND_ERRORS,
    operations: [
      {
        name: 'Checkout/PlaceOrder',
        steps: [
          work(4),
          call('cart', 'Cart/Get', { timeoutMs: 2500 }),
          parallel(
            [call('inventory', 'Inventory/Reserve', { timeoutMs: 3000, retries: 1 })],
            [call('shipping', 'POST /quote', { timeoutMs: 3000, retries: 1 })],
            [call('fraud', 'Fraud/Score', { timeoutMs: 3000 })],
          ),
          call('payment', 'Payment/Charge', { timeoutMs: 8000 }),
          query('postgres', 'INSERT order', 6),
          publish('orders', ['fulfilment', 'orders process'], 180),
          call('cart', 'Cart/Empty', { optional: true }),
          work(2),
        ],
      },
      {
        name: 'Checkout/Return',
        steps: [work(5), query('postgres', 'SELECT order', 6), call('payment', 'Payment/Refund'), work(2)],
      },
      { name: 'Checkout/Report', steps: [query('postgres', 'SELECT report', 900), work(120)] },
    ],
  },
  {
    name: 'payment',
    instances: 3,
    versions: ['3.6.1'],
    protocol: 'grpc',
    errorRatio: BACKGROUND_ERRORS,
    operations: [
      {
        name: 'Payment/Charge',
        steps: [
          work(6),
          query('card-processor', 'POST /charges', 85),
          query('postgres', 'INSERT payment', 5),
          work(3),
          sometimes(0.5, background('write audit log', work(8), query('postgres', 'INSERT audit', 6))),
        ],
      },
      { name: 'Payment/Refund', steps: [work(5), query('card-processor', 'POST /refunds', 110), work(2)] },
    ],
  },
  {
    name: 'fraud',
    instances: 2,
    versions: ['0.9.4'],
    protocol: 'grpc',
    errorRatio: BACKGROUND_ERRORS,
    operations: [
      {
        name: 'Fraud/Score',
        steps: [query('redis', 'MGET', 0.7), work(28, 0.4), query('postgres', 'SELECT history', 8)],
      },
    ],
  },
  {
    name: 'inventory',
    instances: 3,
    versions: ['2.1.0'],
    protocol: 'grpc',
    errorRatio: BACKGROUND_ERRORS,
    operations: [
      { name: 'Inventory/Available', steps: [work(1.5), query('postgres', 'SELECT stock', 4), work(0.5)] },
      { name: 'Inventory/Reserve', steps: [work(2.5), query('postgres', 'UPDATE stock', 9), work(1)] },
      { name: 'Inventory/Commit', steps: [work(2), query('postgres', 'DELETE reservation', 7)] },
    ],
  },
  {
    name: 'shipping',
    instances: 2,
    versions: ['1.1.7'],
    protocol: 'http',
    errorRatio: BACKGROUND_ERRORS,
    operations: [
      { name: 'POST /quote', steps: [work(3), query('carrier-api', 'POST /rates', 35), work(1)] },
      { name: 'POST /label', steps: [work(4), query('carrier-api', 'POST /labels', 60), work(1)] },
    ],
  },
  {
    name: 'fulfilment',
    instances: 2,
    versions: ['6.0.2'],
    protocol: 'grpc',
    errorRatio: BACKGROUND_ERRORS,
    operations: [
      {
        name: 'orders process',
        steps: [
          work(6),
          call('inventory', 'Inventory/Commit', { timeoutMs: 5000, retries: 2 }),
          call('shipping', 'POST /label', { timeoutMs: 5000, retries: 2 }),
          query('postgres', 'UPDATE order', 6),
          publish('notifications', ['email', 'notifications process'], 120),
        ],
      },
    ],
  },
  {
    name: 'email',
    instances: 2,
    versions: ['1.0.9'],
    protocol: 'grpc',
    errorRatio: BACKGROUND_ERRORS,
    operations: [
      { name: 'notifications process', steps: [work(9), query('smtp-relay', 'SEND', 70), work(1)] },
    ],
  },
];
