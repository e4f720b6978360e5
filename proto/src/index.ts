export * from "./gen/bnas/v1/dataset.js";
export {
  EvaluateSampleRequest,
  Evaluation,
  type EvaluatorServiceClient,
  EvaluatorServiceDefinition,
  type EvaluatorServiceImplementation,
} from "./gen/bnas/v1/evaluator.js";
export {
  Architecture,
  CancelSearchRequest,
  Cell,
  CreateSearchRequest,
  DeleteSearchRequest,
  DeleteSearchResponse,
  EdgeLedger,
  GetArchitectureRequest,
  GetLedgerRequest,
  GetSearchRequest,
  Ledger,
  Link,
  ListSearchesRequest,
  ListSearchesResponse,
  OperationLedger,
  PauseSearchRequest,
  Progress,
  ResumeSearchRequest,
  RoundLedger,
  Search,
  type SearchServiceClient,
  SearchServiceDefinition,
  type SearchServiceImplementation,
  SearchState,
  searchStateFromJSON,
  searchStateToJSON,
  WatchSearchRequest,
  WatchSearchResponse,
} from "./gen/bnas/v1/search.js";
export { BudgetSpec, DataSpec, NetworkSpec, ReductionSpec, Spec, StrengthsSpec, WarmupSpec, WeightsSpec } from "./gen/bnas/v1/spec.js";
export {
  GetTrainerRequest,
  Job,
  Trainer,
  type TrainerServiceClient,
  TrainerServiceDefinition,
  type TrainerServiceImplementation,
} from "./gen/bnas/v1/trainer.js";
export { checkRequest, descriptorSetPath } from "./request-check.js";
