export { Assembler, type AssemblerCounts } from './assembler.ts';
export { TraceBuilder } from './trace-builder.ts';
export { type AssembleLimits, DEFAULT_ASSEMBLE_LIMITS } from './limits.ts';
