const NOUNS = [
  'account', 'address', 'audit', 'basket', 'billing', 'campaign', 'card', 'catalog', 'claim', 'contract',
  'coupon', 'customer', 'delivery', 'discount', 'document', 'feed', 'fraud', 'geo', 'identity', 'image',
  'inventory', 'invoice', 'label', 'ledger', 'loyalty', 'media', 'order', 'parcel', 'payment', 'policy',
  'pricing', 'profile', 'quote', 'rating', 'refund', 'review', 'route', 'stock', 'tax', 'wallet',
] as const; // prettier-ignore
const ROLES = ['', '-core', '-index', '-rules', '-store'] as const;
const VERBS = ['Check', 'Get', 'List', 'Update', 'Find', 'Add'] as const;

/** Two hundred names that differ: every noun plain first, then with a role. */
export function serviceName(index: number): string {
  return `${NOUNS[index % NOUNS.length]}${ROLES[Math.floor(index / NOUNS.length) % ROLES.length]}`;
}

/** An HTTP route or a gRPC method of the service's `index`th operation. */
export function operationName(service: string, protocol: 'http' | 'grpc', index: number): string {
  const verb = VERBS[index % VERBS.length];
  const noun = service.replace(/(^|-)./g, (part) => part.toUpperCase().replace('-', ''));
  return protocol === 'http' ? `GET /${service}/${verb.toLowerCase()}` : `${noun}/${verb}`;
}
