import { background, cached, call, parallel, query, sometimes, work } from './steps.ts';
import type { ServiceSpec } from './topology.ts';

/** One request in a thousand fails for no reason: the background that error evidence must stand out from. */
const BACKGROUND_ERRORS = 0.001;

const session = call('auth', 'Auth/CheckSession', { timeoutMs: 1000, retries: 1 });

/** What the browser reaches, and what shows goods. */
export const FRONT_SERVICES: readonly ServiceSpec[] = [
  {
    name: 'gateway',
    instances: 3,
    versions: ['2.8.0'],
    protocol: 'http',
    errorRatio: 0,
    operations: [
      { name: 'GET /', steps: [work(1.2), call('storefront', 'GET /home', { timeoutMs: 5000 }), work(0.4)] },
      {
        name: 'GET /product/{id}',
        steps: [work(1.1), call('storefront', 'GET /product', { timeoutMs: 5000 }), work(0.4)],
      },
      { name: 'GET /search', steps: [work(1), call('search', 'GET /query', { timeoutMs: 4000 }), work(0.5)] },
      { name: 'GET /cart', steps: [work(1), session, call('cart', 'Cart/Get'), work(0.3)] },
      {
        name: 'POST /cart',
        steps: [work(1.2), session, call('cart', 'Cart/Add', { retries: 1 }), work(0.3)],
      },
      {
        name: 'POST /checkout',
        steps: [
          work(1.6),
          session,
          call('checkout', 'Checkout/PlaceOrder', { timeoutMs: 20_000 }),
          work(0.6),
        ],
      },
      { name: 'POST /login', steps: [work(1.3), call('auth', 'Auth/Login'), work(0.4)] },
      { name: 'POST /returns', steps: [work(1.3), session, call('checkout', 'Checkout/Return'), work(0.4)] },
      { name: 'GET /admin/report', steps: [work(1), session, call('checkout', 'Checkout/Report')] },
    ],
  },
  {
    name: 'storefront',
    instances: 3,
    versions: ['5.1.2'],
    protocol: 'http',
    errorRatio: BACKGROUND_ERRORS,
    operations: [
      {
        name: 'GET /home',
        steps: [
          work(2.5),
          parallel(
            [call('catalog', 'Catalog/ListFeatured', { timeoutMs: 2000, retries: 1 })],
            [call('recommendation', 'Recommendation/ForUser', { timeoutMs: 800, optional: true })],
            [call('ads', 'Ads/Banner', { timeoutMs: 400, optional: true })],
          ),
          work(6),
        ],
      },
      {
        name: 'GET /product',
        steps: [
          work(2),
          call('catalog', 'Catalog/GetProduct', { timeoutMs: 2000, retries: 1 }),
          parallel(
            [call('pricing', 'Pricing/Quote', { timeoutMs: 1000, retries: 1 })],
            [call('inventory', 'Inventory/Available', { timeoutMs: 1000, retries: 1 })],
            [call('recommendation', 'Recommendation/Similar', { timeoutMs: 800, optional: true })],
          ),
          work(5),
          sometimes(0.3, background('record view', work(3), query('redis', 'LPUSH', 0.6))),
        ],
      },
    ],
  },
  {
    name: 'search',
    instances: 2,
    versions: ['3.0.1'],
    protocol: 'http',
    errorRatio: BACKGROUND_ERRORS,
    operations: [
      {
        name: 'GET /query',
        steps: [
          work(3),
          query('elasticsearch', 'search products', 22),
          call('catalog', 'Catalog/GetProducts', { timeoutMs: 2000 }),
          call('pricing', 'Pricing/QuoteMany', { timeoutMs: 1500 }),
          work(4),
        ],
      },
    ],
  },
  {
    name: 'recommendation',
    instances: 2,
    versions: ['0.19.0', '0.20.0-canary'],
    protocol: 'grpc',
    errorRatio: BACKGROUND_ERRORS,
    operations: [
      { name: 'Recommendation/ForUser', steps: [query('redis', 'GET', 0.5), work(14, 0.45)] },
      {
        name: 'Recommendation/Similar',
        steps: [work(9, 0.45), call('catalog', 'Catalog/GetProducts', { optional: true }), work(2)],
      },
    ],
  },
  {
    name: 'ads',
    instances: 2,
    versions: ['1.2.0'],
    protocol: 'grpc',
    errorRatio: BACKGROUND_ERRORS,
    operations: [{ name: 'Ads/Banner', steps: [work(4), query('redis', 'HGETALL', 0.5)] }],
  },
  {
    name: 'catalog',
    instances: 3,
    versions: ['4.4.0'],
    protocol: 'grpc',
    errorRatio: BACKGROUND_ERRORS,
    operations: [
      {
        name: 'Catalog/GetProduct',
        steps: [
          work(0.8),
          cached(query('redis', 'GET', 0.5), 0.8, [query('postgres', 'SELECT product', 7), work(0.6)]),
          work(0.7),
        ],
      },
      {
        name: 'Catalog/GetProducts',
        steps: [
          work(1),
          cached(query('redis', 'MGET', 0.7), 0.6, [query('postgres', 'SELECT products', 12)]),
          work(1.2),
        ],
      },
      { name: 'Catalog/ListFeatured', steps: [work(1), query('postgres', 'SELECT featured', 9), work(1.5)] },
    ],
  },
  {
    name: 'pricing',
    instances: 2,
    versions: ['2.2.5'],
    protocol: 'grpc',
    errorRatio: BACKGROUND_ERRORS,
    operations: [
      { name: 'Pricing/Quote', steps: [work(3), query('postgres', 'SELECT price', 4), work(0.8)] },
      { name: 'Pricing/QuoteMany', steps: [work(5), query('postgres', 'SELECT prices', 8), work(1.5)] },
    ],
  },
];
