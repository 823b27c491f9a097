import { createRandom } from '../src/runtime/index.ts';
import { START_NS, type Attributes, type TestGroup, type TestSpan } from '../test/formats/otlp-messages.ts';

/** Spans a message: the default batch of OpenTelemetry's SDKs. */
const SPANS_PER_MESSAGE = 512;
const SERVICES = ['frontend', 'cart', 'checkout', 'payment', 'shipping', 'currency', 'catalogue', 'email'];

/** Groups as instrumented services send them: about ten attributes and 450 bytes a span, seeded. */
export function benchMessages(count: number): TestGroup[][] {
  const random = createRandom(7);
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  return Array.from({ length: count }, (_, m) => {
    const service = SERVICES[m % SERVICES.length];
    const spans: TestSpan[] = [];
    for (let i = 0; i < SPANS_PER_MESSAGE; i++) {
      const startNs = START_NS + BigInt(Math.floor(random() * 1e9)) + BigInt(m) * 1_000_000_000n;
      const server = i % 2 === 0;
      spans.push({
        traceId: hex(32),
        spanId: hex(16),
        parentSpanId: hex(16),
        name: server ? `POST /api/v1/${service}/items/{id}` : `oteldemo.${service}.Service/Get${i % 20}`,
        kind: server ? 2 : 3,
        startNs,
        endNs: startNs + BigInt(Math.floor(random() * 5e7)),
        attributes: server ? serverAttributes(service, random) : clientAttributes(service, i),
        status: random() < 0.02 ? { code: 2, message: 'upstream failed' } : {},
      });
    }
    return [{ resource: { ...resource(service), 'k8s.pod.name': `${service}-7d9f-${m % 4}` }, spans }];
  });
}

function resource(service: string): Attributes {
  return {
    'service.name': service,
    'service.namespace': 'shop',
    'service.version': '1.4.2',
    'deployment.environment.name': 'production',
    'k8s.node.name': 'node-3',
    'telemetry.sdk.language': 'java',
    'telemetry.sdk.version': '1.40.0',
  };
}

function serverAttributes(service: string, random: () => number): Attributes {
  return {
    'http.request.method': 'POST',
    'http.route': `/api/v1/${service}/items/{id}`,
    'http.response.status_code': random() < 0.01 ? 503 : 200,
    'url.path': `/api/v1/${service}/items/${Math.floor(random() * 1e6)}`,
    'url.scheme': 'https',
    'server.address': `${service}.shop.svc.cluster.local`,
    'server.port': 8080,
    'client.address': '10.12.14.16',
    'user_agent.original': 'okhttp/4.12.0',
    'thread.name': 'http-nio-8080-exec-7',
  };
}

function clientAttributes(service: string, i: number): Attributes {
  return {
    'rpc.system': 'grpc',
    'rpc.service': `oteldemo.${service}.Service`,
    'rpc.method': `Get${i % 20}`,
    'rpc.grpc.status_code': 0,
    'server.address': `${SERVICES[i % SERVICES.length]}.shop.svc.cluster.local`,
    'server.port': 50051,
    'network.protocol.name': 'http',
    'network.peer.address': '10.12.0.9',
    'thread.id': 42,
    'thread.name': 'grpc-default-executor-3',
  };
}
