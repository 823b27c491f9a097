export { growTopology, type GrowOptions } from './grow-topology.ts';
