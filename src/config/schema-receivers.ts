import { Type } from '@sinclair/typebox';
import { partName, secret, section, whole } from './schema-parts.ts';

const MIB = 1024 * 1024;

export const port = (description: string, standard: number): ReturnType<typeof whole> =>
  whole({
    description: `${description} 0 takes any free port.`,
    default: standard,
    minimum: 0,
    maximum: 65_535,
  });

export const token = Type.Optional(
  secret('What callers must send as `Authorization: Bearer TOKEN`. Required when `host` is not loopback.'),
);
export const insecure = Type.Boolean({
  default: false,
  description: 'Listen beyond loopback without a token: anyone who reaches the port is trusted.',
});
export const host = Type.String({
  default: '127.0.0.1',
  minLength: 1,
  description: 'Address to listen on.',
});

const name = partName('Names the source in logs, metrics and commands.');
const bodies = {
  maxBodyBytes: whole({
    description: 'Larger bodies are refused with 413. The default is far above what exporters batch.',
    default: 64 * MIB,
    minimum: 1024,
    maximum: 1024 * MIB,
  }),
  maxInflatedBytes: whole({
    description: 'Bodies that inflate beyond this are refused with 413.',
    default: 64 * MIB,
    minimum: 1024,
    maximum: 2048 * MIB,
  }),
};

export const otlpHttpSource = section(
  {
    name,
    type: Type.Literal('otlp-http'),
    host,
    port: port('Port to listen on; 4318 is the standard one, and often Jaeger has it.', 4318),
    token,
    insecure,
    ...bodies,
  },
  { description: 'Receives OTLP over HTTP, protobuf and JSON, at `/v1/traces`.' },
);

export const otlpGrpcSource = section(
  {
    name,
    type: Type.Literal('otlp-grpc'),
    host,
    port: port('Port to listen on; 4317 is the standard one, and often Jaeger has it.', 4317),
    token,
    insecure,
    maxMessageBytes: whole({
      description: 'Larger messages, on the wire or inflated, are refused with RESOURCE_EXHAUSTED.',
      default: 16 * MIB,
      minimum: 1024,
      maximum: 512 * MIB,
    }),
    tls: Type.Optional(
      section(
        {
          cert: secret('Certificate chain in PEM, best as `{file: PATH}`.'),
          key: secret('Its private key in PEM.'),
          clientCa: Type.Optional(
            secret('Certificate authority in PEM: senders must show a certificate of it.'),
          ),
        },
        { description: 'Speak TLS to senders.' },
      ),
    ),
  },
  { description: 'Receives OTLP over gRPC.' },
);

export const jaegerThriftSource = section(
  {
    name,
    type: Type.Literal('jaeger-thrift'),
    host,
    port: port("Port to listen on; 14268 is the standard one, and often a Jaeger's.", 14268),
    token,
    insecure,
    ...bodies,
  },
  { description: "Receives what Jaeger's own clients send over HTTP, at `/api/traces`." },
);

export const zipkinSource = section(
  {
    name,
    type: Type.Literal('zipkin'),
    host,
    port: port('Port to listen on; 9411 is the standard one.', 9411),
    token,
    insecure,
    ...bodies,
  },
  { description: 'Receives Zipkin spans in JSON at `/api/v2/spans`.' },
);
