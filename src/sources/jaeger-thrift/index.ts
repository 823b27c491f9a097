export { createJaegerThriftSource, type JaegerThriftConfig } from './jaeger-thrift-source.ts';
