export { simulate, type Simulation, type SimulationOptions } from './simulation.ts';
export { at, QUIET, scriptOf, type Moment, type Script } from './script.ts';
export { truthOf, type Fault, type FaultAction, type FaultTruth } from './fault.ts';
export { isBlamed } from './blame.ts';
export {
  oneTrace,
  type ExcessCause,
  type ExcessKind,
  type ExcessTruth,
  type OneTrace,
  type OneTraceOptions,
} from './one-trace.ts';
export { encodeOtlpJson } from './otlp-json.ts';
export { encodeOtlpProto } from './otlp-proto.ts';
export {
  createOtlpSender,
  type OtlpSender,
  type OtlpSenderOptions,
  type SendOutcome,
} from './otlp-sender.ts';
export { writeCapture, type CaptureOptions, type CaptureSummary } from './capture.ts';
export { generateOtlpPayloads, type PayloadOptions } from './payloads.ts';
export { startSlack } from './vendors/slack.ts';
export { startFeishu } from './vendors/feishu.ts';
export type { VendorReceiver } from './vendors/receiver.ts';
export type { JsonObject } from './vendors/json-fields.ts';
export { SHOP } from './shop.ts';
export type { EncodeOptions } from './otlp-attributes.ts';
export type { Topology } from './topology.ts';
export { growTopology, type GrowOptions } from './grow/index.ts';
export { Cast, type Scenario, SCENARIOS } from './scenarios/index.ts';
