export type { BaselineRow, ForestRow, ModelData, SeasonRow, SkewRow, SpreadRow, TrainedOn } from './model-data.ts';
export { MODEL_FORMAT, modelChecksum, type ModelOutcome, readModel } from './read-model.ts';
export { whyNotWritable, writeModel } from './write-model.ts';
export { ModelShelf, type ModelOrigin, type ShelvedModel } from './shelf.ts';
