import type { Consumer } from "../form/consumer.js";
import { programConsumer, programPath } from "./program-consumer.js";

/**
 * A consumer in Python, by a program of packages/export/consumers.
 * @param program its name: `run_onnxruntime.py`
 * @param python the interpreter
 */
export const pythonConsumer = (name: string, program: string, python: string): Consumer =>
  programConsumer(name, [python, "-B", programPath(program)]);
